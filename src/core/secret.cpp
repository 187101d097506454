#include "core/secret.h"

#include <openssl/crypto.h>

namespace core {

// Every Secret has bytes of its own (deep copies), so that wiping them reaches all of them.
Secret::Secret(const QByteArray &value)
    : m_value(value.constData(), value.size())
{
}

Secret::Secret(const Secret &other)
    : m_value(other.m_value.constData(), other.m_value.size())
{
}

Secret &Secret::operator=(const Secret &other)
{
    if (this == &other)
        return *this;
    wipe();
    m_value = QByteArray(other.m_value.constData(), other.m_value.size());
    return *this;
}

Secret::~Secret()
{
    wipe();
}

void Secret::wipe()
{
    // A copy of reveal() shares our bytes: whoever holds it still needs them, and data() would
    // only overwrite a fresh copy.
    if (!m_value.isEmpty() && m_value.isDetached())
        OPENSSL_cleanse(m_value.data(), static_cast<size_t>(m_value.size()));
    m_value.clear();
}

} // namespace core
