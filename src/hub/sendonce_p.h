#pragma once

#include <QIODevice>

#include <algorithm>
#include <cstring>

namespace hub {

// The content of a request that is sent at most once. When a connection breaks before the answer,
// Qt sends the request again by itself, up to three times and whatever its verb
// (QHttpNetworkConnectionChannel); it rewinds the content first, and gives up where that fails.
// Owner: the reply.
class SendOnce : public QIODevice {
public:
    explicit SendOnce(const QByteArray &content)
        : m_content(content)
    {
        open(QIODevice::ReadOnly | QIODevice::Unbuffered);
    }

    qint64 size() const override { return m_content.size(); }
    bool reset() override { return false; }
    qint64 given() const { return m_given; } // to Qt, which may not have sent all of it
    bool seek(qint64 position) override { return position == m_given && QIODevice::seek(position); }

protected:
    qint64 readData(char *data, qint64 most) override
    {
        const qint64 count = std::min(most, m_content.size() - m_given);
        if (count <= 0)
            return -1;
        std::memcpy(data, m_content.constData() + m_given, static_cast<size_t>(count));
        m_given += count;
        return count;
    }
    qint64 writeData(const char *, qint64) override { return -1; }

private:
    QByteArray m_content;
    qint64 m_given = 0;
};

} // namespace hub
