#pragma once

#include <tl/expected.hpp>

#include "core/error.h"

namespace core {

// A value or an Error. The one way a failure travels in Hubload; nothing of ours throws.
template <typename T> using Result = tl::expected<T, Error>;

using Unexpected = tl::unexpected<Error>;

inline Unexpected fail(ErrorKind kind, const QString &detail = {})
{
    return Unexpected(makeError(kind, detail));
}

} // namespace core
