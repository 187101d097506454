#pragma once

#include <QTest>

#include "hub/http.h"
#include "hub/rawserver.h"

namespace support {

inline const QByteArray Token = "hf_ThisIsASecretToken"_ba;

inline hub::HttpConfig configFor(const QByteArray &endpoint)
{
    hub::HttpConfig config;
    config.endpoint = *hub::Endpoint::make(QString::fromLatin1(endpoint));
    config.token = core::Secret(Token);
    return config;
}

inline hub::HttpRequest requestFor(const QByteArray &url, const QByteArray &verb = "GET"_ba)
{
    hub::HttpRequest request;
    request.verb = verb;
    request.url = QUrl::fromEncoded(url);
    return request;
}

// What came of a request, its stream read to the end in finished().
struct Outcome {
    core::Result<hub::HttpReply> result;
    QByteArray stream;
    int ends = 0;
};

inline Outcome ask(hub::Http &http, const hub::HttpRequest &request)
{
    Outcome outcome;
    QObject context;
    hub::Exchange *exchange = http.send(request);
    const auto drain = [exchange, &outcome] {
        QByteArray block(64 * 1024, Qt::Uninitialized);
        for (qint64 n = 1; n > 0;) {
            n = exchange->read(block.data(), block.size());
            outcome.stream += block.left(std::max<qint64>(n, 0));
        }
    };
    if (request.body == hub::HttpRequest::Body::Stream)
        QObject::connect(exchange, &hub::Exchange::readyRead, &context, drain);
    QObject::connect(exchange, &hub::Exchange::finished, &context, [&] {
        if (request.body == hub::HttpRequest::Body::Stream)
            drain();
        outcome.result = exchange->result();
        ++outcome.ends;
    });
    if (!QTest::qWaitFor([&outcome] { return outcome.ends > 0; }, 20000))
        qCritical("an exchange did not end"); // its result, an empty answer, fails the test
    QTest::qWait(20); // a second end would come now
    return outcome;
}

inline bool sawToken(const RawServer &server)
{
    return std::any_of(server.seen.begin(), server.seen.end(), [](const RawRequest &request) {
        return request.head.contains(Token) || !request.header("Cookie"_ba).isEmpty();
    });
}

} // namespace support
