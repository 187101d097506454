#pragma once

#include <QtGlobal>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <vector>

namespace transfer {

// Numbers from 0 on, walked from the smallest: a bit each, so that 100,000 come and go without an
// allocation each. Value; one thread at a time.
class IndexSet {
public:
    void insert(int index)
    {
        const size_t word = static_cast<size_t>(index) / wordBits;
        if (word >= m_words.size())
            m_words.resize(word + 1);
        m_words[word] |= bit(index);
        m_first = std::min(m_first, word);
    }

    void erase(int index)
    {
        const size_t word = static_cast<size_t>(index) / wordBits;
        if (word < m_words.size())
            m_words[word] &= ~bit(index);
        while (m_first < m_words.size() && m_words[m_first] == 0)
            ++m_first;
    }

    // Appends the smallest until there are so many.
    void first(size_t most, std::vector<int> *indices) const
    {
        for (size_t word = m_first; word < m_words.size(); ++word) {
            for (quint64 left = m_words[word]; left != 0; left &= left - 1) {
                if (indices->size() >= most)
                    return;
                indices->push_back(static_cast<int>(word * wordBits) + std::countr_zero(left));
            }
        }
    }

private:
    static constexpr size_t wordBits = 64;
    static quint64 bit(int index) { return quint64(1) << (static_cast<size_t>(index) % wordBits); }

    std::vector<quint64> m_words;
    size_t m_first = 0; // no word before it has a bit
};

} // namespace transfer
