#pragma once

#include <QByteArray>
#include <QString>
#include <QUrl>

#include "core/secret.h"

namespace core {

// Removes what must not be read by others.

// Scheme, host, port and path; user, password and fragment are dropped and a query becomes "?…"
// (signed links carry their secret there).
QString redactUrl(const QUrl &url);

// Tokens ("hf_…", "Bearer …", "api_org…") in running text become "[secret]"; queries of http links
// and user:password@ in them are removed.
QString redactText(const QString &text);

// The same for one secret that is known, whatever it looks like: a mirror's tokens need not begin
// with hf_.
QString redactSecret(const QString &text, const Secret &secret);

// True for headers whose value is a secret: Authorization, Cookie, Set-Cookie, Location, …
bool isSecretHeader(const QByteArray &name);

} // namespace core
