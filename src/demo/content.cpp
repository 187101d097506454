#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <vector>

#include "core/digest.h"
#include "demo/catalogue.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 blockSize = 1 << 20;
constexpr qint64 wordsPerBlock = blockSize / static_cast<qint64>(sizeof(quint64));

quint64 splitMix(quint64 x)
{
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

const std::vector<quint64> &baseBlock()
{
    static const std::vector<quint64> block = [] {
        std::vector<quint64> words(static_cast<size_t>(wordsPerBlock));
        for (size_t i = 0; i < words.size(); ++i)
            words[i] = splitMix(i);
        return words;
    }();
    return block;
}

// Fills `out` with bytes [begin, begin + length) of one block. A block is the base block with every
// word changed by the block's own key: cheap enough to keep up with a fast disk.
void fill(char *out, qint64 begin, qint64 length, quint64 key)
{
    const std::vector<quint64> &base = baseBlock();
    qint64 at = begin;
    const qint64 end = begin + length;
    while (at < end) {
        const qint64 inWord = at % 8;
        const qint64 part = std::min<qint64>(8 - inWord, end - at);
        if (part < 8) {
            const quint64 word = base[static_cast<size_t>(at / 8)] ^ key;
            char bytes[8];
            std::memcpy(bytes, &word, 8);
            std::memcpy(out, bytes + inWord, static_cast<size_t>(part));
            at += part;
            out += part;
            continue;
        }
        const qint64 words = (end - at) / 8;
        const quint64 *from = base.data() + at / 8;
        for (qint64 i = 0; i < words; ++i) {
            const quint64 word = from[i] ^ key;
            std::memcpy(out + i * 8, &word, 8);
        }
        at += words * 8;
        out += words * 8;
    }
}

} // namespace

struct Content::Private {
    QByteArray bytes;
    bool isGenerated = false;
    quint64 seed = 0;
    qint64 size = 0;

    std::mutex mutex;
    QString sha256; // guarded by mutex
    QString gitSha1; // guarded by mutex
    std::atomic<bool> hasSha256 = false;
    std::atomic<bool> hasGitSha1 = false;

    QString digest(const Content &content, core::ContentId::Kind kind,
                   const std::atomic<bool> *stop) const;
    QString remembered(const Content &content, core::ContentId::Kind kind,
                       const std::atomic<bool> *stop = nullptr);
};

// Empty when it was stopped.
QString Content::Private::digest(const Content &content, core::ContentId::Kind kind,
                                 const std::atomic<bool> *stop) const
{
    core::Digest digest(kind, size);
    for (qint64 offset = 0; offset < size; offset += blockSize) {
        if (stop && *stop)
            return {};
        digest.add(content.read(offset, std::min(blockSize, size - offset)));
    }
    return digest.hex();
}

Content::Content(std::unique_ptr<Private> p)
    : d(std::move(p))
{
}

Content::~Content() = default;

std::shared_ptr<Content> Content::fromBytes(const QByteArray &bytes)
{
    auto p = std::make_unique<Private>();
    p->bytes = bytes;
    p->size = bytes.size();
    return std::shared_ptr<Content>(new Content(std::move(p)));
}

std::shared_ptr<Content> Content::generated(quint64 seed, qint64 size)
{
    auto p = std::make_unique<Private>();
    p->isGenerated = true;
    p->seed = seed;
    p->size = std::max<qint64>(size, 0);
    return std::shared_ptr<Content>(new Content(std::move(p)));
}

qint64 Content::size() const
{
    return d->size;
}

QByteArray Content::read(qint64 offset, qint64 length) const
{
    if (offset < 0 || offset >= d->size || length <= 0)
        return {};
    length = std::min(length, d->size - offset);
    if (!d->isGenerated)
        return d->bytes.mid(offset, length);
    QByteArray result(length, Qt::Uninitialized);
    for (qint64 done = 0; done < length;) {
        const qint64 at = offset + done;
        const qint64 begin = at % blockSize;
        const qint64 part = std::min(blockSize - begin, length - done);
        const auto block = static_cast<quint64>(at / blockSize);
        fill(result.data() + done, begin, part, splitMix(d->seed ^ splitMix(block)));
        done += part;
    }
    return result;
}

// Computed outside of the lock: whoever waits for an answer must not wait for a thread that only
// works when nobody else does. Twice the work at worst.
QString Content::Private::remembered(const Content &content, core::ContentId::Kind kind,
                                     const std::atomic<bool> *stop)
{
    const bool isSha256 = kind == core::ContentId::Kind::Sha256;
    QString &text = isSha256 ? sha256 : gitSha1;
    std::atomic<bool> &has = isSha256 ? hasSha256 : hasGitSha1;
    {
        const std::lock_guard lock(mutex);
        if (has)
            return text;
    }
    const QString made = digest(content, kind, stop);
    if (made.isEmpty())
        return made;
    const std::lock_guard lock(mutex);
    text = made;
    has = true;
    return made;
}

QString Content::sha256() const
{
    return d->remembered(*this, core::ContentId::Kind::Sha256);
}

QString Content::gitSha1() const
{
    return d->remembered(*this, core::ContentId::Kind::GitSha1);
}

void Content::compute(core::ContentId::Kind kind, const std::atomic<bool> *stop) const
{
    d->remembered(*this, kind, stop);
}

bool Content::known(core::ContentId::Kind kind) const
{
    return kind == core::ContentId::Kind::Sha256 ? d->hasSha256 : d->hasGitSha1;
}

QByteArray Content::fingerprint() const
{
    if (!d->isGenerated)
        return gitSha1().toLatin1();
    return QByteArray::number(d->seed) + ':' + QByteArray::number(d->size);
}

} // namespace demo
