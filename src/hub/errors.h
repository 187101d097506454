#pragma once

#include <QNetworkProxy>
#include <QNetworkReply>

#include "core/error.h"
#include "hub/http.h"

namespace hub {

// From an answer of status 400 and more to an Error, in the order of hub-api.md 2.1: code header
// before status, the anonymous 401 on a repo address means "not found or not visible", a 403 of
// another origin without Hub headers means an expired link. Pure.
core::Error errorFromReply(const HttpReply &reply);

// From a transport failure that brought no complete answer; what a proxy could not do is
// a lost connection, and the proxy is named. Pure.
core::Error errorFromTransport(QNetworkReply::NetworkError code, const QString &text,
                               const QUrl &url,
                               const QNetworkProxy &proxy = QNetworkProxy::NoProxy);

// Adds what is known of the answer it is about: status, address, request id.
void describe(core::Error &error, const HttpReply &reply);

// Takes a token out of all its texts: a server may quote us.
void withhold(core::Error &error, const core::Secret &token);

// The same for what else the caller sent to the Hub alone, keys of a gateway for one.
void withhold(core::Error &error, const HeaderList &headers);

// A failure that cannot come once a byte of the request has left. Pure.
bool isBeforeSending(QNetworkReply::NetworkError code);

} // namespace hub
