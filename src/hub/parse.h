#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include "core/result.h"
#include "hub/http.h"
#include "hub/types.h"

namespace hub {

// From bytes to structs. Pure, any thread; every input may be hostile. Error Protocol when the
// shape is not the Hub's; single odd fields are ignored.
core::Result<QList<RepoSummary>> parseRepoList(core::RepoType type, const QByteArray &json);
core::Result<RepoInfo> parseRepoInfo(core::RepoType type, const QByteArray &json);
core::Result<TreePage> parseTree(const QByteArray &json);
core::Result<Account> parseAccount(const QByteArray &json);

// The target of rel="next" of the Link headers, not decoded; empty when there is none. Relative
// targets are resolved against base.
QUrl parseNextLink(const HeaderList &headers, const QUrl &base);

// RateLimit and RateLimit-Policy; nothing when absent, odd, or when Age is above 0.
std::optional<RateInfo> parseRate(const HeaderList &headers);

// The words of an error body: JSON error text or list, errors[].message, plain text; HTML is
// ignored. At most 1,000 characters.
QString parseErrorBody(const QByteArray &body, QByteArrayView contentType);

} // namespace hub
