#pragma once

#include <QByteArray>

namespace core {

// A token in memory. Does not convert to text by itself and is overwritten when dropped, so that
// it cannot end up in a log by accident.
class Secret {
public:
    Secret() = default;
    explicit Secret(const QByteArray &value);
    Secret(const Secret &other);
    Secret &operator=(const Secret &other);
    ~Secret();

    bool isEmpty() const { return m_value.isEmpty(); }
    const QByteArray &reveal() const { return m_value; }
    bool operator==(const Secret &) const = default;

private:
    void wipe();

    QByteArray m_value;
};

} // namespace core
