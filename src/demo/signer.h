#pragma once

#include <QByteArray>

namespace demo {

// Makes and checks the signed links that lead from the Hub to the CDN. The key is random and lives
// as long as the object; a link from another run is refused. Value type, one thread.
class Signer {
public:
    Signer();

    // range: of the request that asked; the link then serves only that range. Empty: any.
    QByteArray signedQuery(const QByteArray &path, qint64 expires, const QByteArray &range) const;

    // Empty when the link is good, else the reason.
    QByteArray refusal(const QByteArray &path, const QByteArray &query, qint64 now,
                       const QByteArray &range) const;

private:
    QByteArray signature(const QByteArray &path, const QByteArray &policy) const;

    QByteArray m_key;
};

} // namespace demo
