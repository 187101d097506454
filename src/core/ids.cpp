#include "core/ids.h"

#include <QCoreApplication>

#include <algorithm>

#include "core/format.h"

using namespace Qt::StringLiterals;

namespace core {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(core::Ids)
};

bool isLetterOrDigit(QChar c)
{
    return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z');
}

bool isHex(QStringView text)
{
    return std::all_of(text.begin(), text.end(), [](QChar c) {
        return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f') || (c >= u'A' && c <= u'F');
    });
}

bool isLowerHex(QStringView text)
{
    return std::all_of(text.begin(), text.end(), [](QChar c) {
        return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f');
    });
}

// C0, DEL and C1: they move cursors and hide text, and no honest name holds them.
bool isControl(QChar c)
{
    return c < u' ' || (c >= QChar(0x7f) && c < QChar(0xa0));
}

bool hasControl(QStringView text)
{
    return std::any_of(text.begin(), text.end(), isControl);
}

bool isRepoPart(QStringView part)
{
    constexpr qsizetype longest = 96;
    if (part.isEmpty() || part.size() > longest)
        return false;
    const auto isWord = [](QChar c) { return isLetterOrDigit(c) || c == u'_'; };
    if (!isWord(part.front()) || !isWord(part.back()))
        return false;
    return std::all_of(part.begin(), part.end(),
                       [isWord](QChar c) { return isWord(c) || c == u'-' || c == u'.'; });
}

bool isRepoText(QStringView id)
{
    if (id.contains(u"--") || id.contains(u"..") || id.endsWith(u".git"))
        return false;
    const qsizetype slash = id.indexOf(u'/');
    if (slash < 0)
        return isRepoPart(id);
    return isRepoPart(id.first(slash)) && isRepoPart(id.sliced(slash + 1));
}

// For messages.
QString quoted(const QString &text)
{
    return printable(text.left(100));
}

// What git check-ref-format refuses in one part of a name, and what no file can be called.
bool isRevisionPart(QStringView part)
{
    constexpr qsizetype longest = 200; // a ref becomes a file, with room for a temporary's ending
    if (part.isEmpty() || part.toUtf8().size() > longest)
        return false;
    return !part.startsWith(u'.') && !part.endsWith(u'.') && !part.endsWith(u".lock");
}

bool isRevisionText(QStringView text)
{
    static constexpr QStringView refused = u" ~^:?*[\\";
    if (text.size() > 1000 || !text.isValidUtf16() || hasControl(text) || text == u"@"
        || text.contains(u"..") || text.contains(u"@{"))
        return false;
    if (std::any_of(text.begin(), text.end(), [](QChar c) { return refused.contains(c); }))
        return false;
    const QList<QStringView> parts = text.split(u'/');
    return std::all_of(parts.begin(), parts.end(), isRevisionPart);
}

bool isPathPart(QStringView part)
{
    constexpr qsizetype longest = 255; // bytes: what file systems hold
    if (part.isEmpty() || part == u"." || part == u".." || part.toUtf8().size() > longest)
        return false;
    const bool drive = part.size() > 1 && part[1] == u':' && part[0].isLetter();
    return !drive && !part.contains(u'\\');
}

bool isPathText(QStringView path)
{
    constexpr qsizetype longest = 2048; // bytes: below it there is room for the cache's own folders
    constexpr qsizetype deepest = 100; // other programs walk the cache by recursion
    if (path.size() > longest || !path.isValidUtf16() || hasControl(path)
        || path.toUtf8().size() > longest)
        return false;
    const QList<QStringView> parts = path.split(u'/');
    return parts.size() <= deepest && std::all_of(parts.begin(), parts.end(), isPathPart);
}

// Anything a file can be called everywhere, except what could be taken for one of our own files
// beside the blob.
bool isSafeBlobName(QStringView text)
{
    if (text.isEmpty() || text.size() > 128 || !isLetterOrDigit(text.front()) || text.endsWith(u'.')
        || text.contains(u".incomplete") || text.endsWith(u".lock"))
        return false;
    return std::all_of(text.begin(), text.end(),
                       [](QChar c) { return isLetterOrDigit(c) || u"-_.+="_s.contains(c); });
}

} // namespace

QString typeName(RepoType type)
{
    switch (type) {
    case RepoType::Model:
        return u"model"_s;
    case RepoType::Dataset:
        return u"dataset"_s;
    case RepoType::Space:
        return u"space"_s;
    }
    Q_UNREACHABLE();
}

QString typePlural(RepoType type)
{
    return typeName(type) + u's';
}

Result<RepoId> RepoId::make(RepoType type, const QString &id)
{
    if (!isRepoText(id))
        return fail(ErrorKind::BadInput, Words::tr("“%1” is not a repo name.").arg(quoted(id)));
    RepoId result;
    result.m_type = type;
    result.m_id = id;
    return result;
}

QString RepoId::owner() const
{
    return m_id.left(std::max<qsizetype>(0, m_id.indexOf(u'/')));
}

QString RepoId::name() const
{
    return m_id.mid(m_id.indexOf(u'/') + 1);
}

QString RepoId::display() const
{
    return m_type == RepoType::Model ? m_id : typePlural(m_type) + u'/' + m_id;
}

size_t qHash(const RepoId &id, size_t seed)
{
    return qHashMulti(seed, static_cast<int>(id.type()), id.id());
}

bool isCommitId(QStringView text)
{
    return text.size() == 40 && isLowerHex(text);
}

Result<QString> checkRevision(const QString &text)
{
    if (!isRevisionText(text))
        return fail(
            ErrorKind::BadInput,
            Words::tr("“%1” is not the name of a branch, tag or commit.").arg(quoted(text)));
    return text;
}

Result<QString> checkAccountName(const QString &text)
{
    if (!isRepoPart(text) || !isRepoText(text))
        return fail(ErrorKind::BadInput,
                    Words::tr("“%1” is not the name of an account.").arg(quoted(text)));
    return text;
}

Result<QString> checkFilePath(const QString &path)
{
    if (!isPathText(path))
        return fail(
            ErrorKind::BadInput,
            Words::tr("“%1” is not a file path that can be stored safely.").arg(quoted(path)));
    return path;
}

Result<ContentId> ContentId::make(const QString &etag)
{
    QStringView text(etag);
    while (text.startsWith(u'W') || text.startsWith(u'/'))
        text = text.sliced(1);
    while (text.startsWith(u'"'))
        text = text.sliced(1);
    while (text.endsWith(u'"'))
        text.chop(1);
    if (!isSafeBlobName(text))
        return fail(ErrorKind::Protocol, u"not a content id: \"%1\""_s.arg(quoted(etag)));
    ContentId id;
    id.text = text.toString();
    if (!isHex(text) || (text.size() != 64 && text.size() != 40))
        return id;
    id.kind = text.size() == 64 ? Kind::Sha256 : Kind::GitSha1;
    id.text = id.text.toLower(); // one digest has one name
    return id;
}

} // namespace core
