#pragma once

#include <QtGlobal>

#include <limits>

namespace core {

// A sum of sizes that others tell of: exact however many they are, also when some are taken out
// again, and the nearest qint64 where it is beyond what one holds. Room for 2^31 sizes.
// Value type; not shared between threads. Never fails.
class ByteSum {
public:
    ByteSum &operator+=(qint64 bytes)
    {
        carry(bytes >> 32, bytes & lowMask);
        return *this;
    }
    ByteSum &operator-=(qint64 bytes)
    {
        carry(-(bytes >> 32), -(bytes & lowMask));
        return *this;
    }
    ByteSum operator-(const ByteSum &other) const
    {
        ByteSum difference = *this;
        difference.carry(-other.m_high, -other.m_low);
        return difference;
    }

    qint64 total() const // bytes
    {
        if (m_high > std::numeric_limits<qint32>::max())
            return std::numeric_limits<qint64>::max();
        if (m_high < std::numeric_limits<qint32>::min())
            return std::numeric_limits<qint64>::min();
        return m_high * (lowMask + 1) + m_low;
    }

private:
    static constexpr qint64 lowMask = 0xffffffff;

    void carry(qint64 high, qint64 low)
    {
        m_low += low;
        m_high += high + (m_low >> 32);
        m_low &= lowMask;
    }

    qint64 m_high = 0; // in units of 2^32
    qint64 m_low = 0; // below 2^32
};

} // namespace core
