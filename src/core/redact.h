#pragma once

#include <QByteArray>
#include <QString>
#include <QUrl>

namespace core {

// Removes what must not be read by others.

// Scheme, host, port and path; user, password and fragment are dropped and a query becomes "?…"
// (signed links carry their secret there).
QString redactUrl(const QUrl &url);

// Tokens ("hf_…", "Bearer …", "api_org…") in running text become "[secret]"; queries of http links
// and user:password@ in them are removed.
QString redactText(const QString &text);

// True for headers whose value is a secret: Authorization, Cookie, Set-Cookie, Location, …
bool isSecretHeader(const QByteArray &name);

} // namespace core
