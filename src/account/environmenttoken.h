#pragma once

#include <QProcessEnvironment>

#include "core/secret.h"

namespace account {

// The token that the environment gives (HF_TOKEN, else HUGGING_FACE_HUB_TOKEN; line ends and blanks
// removed; hub-cache.md 5.2), read-only and never stored. Empty when none is set or
// HF_HUB_DISABLE_IMPLICIT_TOKEN is true.
core::Secret environmentToken(const QProcessEnvironment &environment);

} // namespace account
