#include "demo/filetree.h"

#include <QMap>

#include <algorithm>

#include "core/digest.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

QString masked()
{
    return QString(64, u'*');
}

QJsonObject lfsObject(const File &file, const QString &key, Hashes hashes)
{
    return {{key, hashes == Hashes::Shown ? contentId(file) : masked()},
            {u"size"_s, file.content->size()},
            {u"pointerSize"_s, pointerText(file).size()}};
}

} // namespace

QString gitIdOf(const QByteArray &bytes)
{
    core::Digest digest(core::ContentId::Kind::GitSha1, bytes.size());
    digest.add(bytes);
    return digest.hex();
}

core::ContentId::Kind idKind(const File &file)
{
    return file.lfs ? core::ContentId::Kind::Sha256 : core::ContentId::Kind::GitSha1;
}

bool isKnown(const File &file)
{
    return file.content->known(idKind(file));
}

QString contentId(const File &file)
{
    return file.lfs ? file.content->sha256() : file.content->gitSha1();
}

QByteArray pointerText(const File &file)
{
    return "version https://git-lfs.github.com/spec/v1\noid sha256:"
        + file.content->sha256().toLatin1() + "\nsize " + QByteArray::number(file.content->size())
        + '\n';
}

QString gitId(const File &file)
{
    if (!file.lfs)
        return file.content->gitSha1();
    return gitIdOf(pointerText(file));
}

QString cdnId(const File &file)
{
    const QByteArray text = "cdn:" + file.content->sha256().toLatin1();
    core::Digest digest(core::ContentId::Kind::Sha256, text.size());
    digest.add(text);
    return digest.hex();
}

QJsonObject treeEntry(const FileTree::Entry &entry, Hashes hashes)
{
    if (!entry.file) {
        return {{u"type"_s, u"directory"_s},
                {u"oid"_s, entry.folderId},
                {u"size"_s, 0},
                {u"path"_s, entry.path}};
    }
    QJsonObject result{{u"type"_s, u"file"_s},
                       {u"oid"_s, gitId(*entry.file)},
                       {u"size"_s, entry.file->content->size()},
                       {u"path"_s, entry.path}};
    if (entry.file->lfs)
        result.insert(u"lfs"_s, lfsObject(*entry.file, u"oid"_s, hashes));
    return result;
}

QJsonObject sibling(const File &file, Hashes hashes)
{
    QJsonObject result{
        {u"rfilename"_s, file.path}, {u"size"_s, file.content->size()}, {u"blobId"_s, gitId(file)}};
    if (file.lfs)
        result.insert(u"lfs"_s, lfsObject(file, u"sha256"_s, hashes));
    return result;
}

FileTree::FileTree(const QList<File> &files)
    : m_files(files)
{
    std::sort(m_files.begin(), m_files.end(),
              [](const File &a, const File &b) { return a.path < b.path; });
    for (const File &file : std::as_const(m_files)) // const: pointers into it stay good
        m_entries.append({file.path, {}, &file});
    addFolders();
    std::sort(m_entries.begin(), m_entries.end(),
              [](const Entry &a, const Entry &b) { return a.path < b.path; });
    for (qsizetype i = 0; i < m_entries.size(); ++i)
        m_byPath.insert(m_entries[i].path, i);
}

void FileTree::addFolders()
{
    QMap<QString, QByteArray> folders;
    for (const File &file : std::as_const(m_files)) {
        const QByteArray line = file.path.toUtf8() + '\n' + file.content->fingerprint() + '\n';
        for (qsizetype slash = file.path.indexOf(u'/'); slash >= 0;
             slash = file.path.indexOf(u'/', slash + 1))
            folders[file.path.left(slash)] += line;
    }
    for (auto it = folders.cbegin(); it != folders.cend(); ++it)
        m_entries.append({it.key(), gitIdOf(it.key().toUtf8() + '\n' + it.value()), nullptr});
}

QByteArray FileTree::fingerprint() const
{
    QByteArray text;
    for (const File &file : m_files) {
        text += '\n' + file.path.toUtf8() + '\n' + (file.lfs ? "lfs" : "git")
            + file.content->fingerprint();
    }
    return text;
}

qint64 FileTree::totalSize() const
{
    qint64 sum = 0;
    for (const File &file : m_files)
        sum += file.content->size();
    return sum;
}

const FileTree::Entry *FileTree::find(const QString &path) const
{
    const auto it = m_byPath.constFind(path);
    return it == m_byPath.cend() ? nullptr : &m_entries[*it];
}

QList<const FileTree::Entry *> FileTree::below(const QString &folder) const
{
    const QString start = folder.isEmpty() ? QString() : folder + u'/';
    QList<const Entry *> result;
    for (const Entry &entry : m_entries) {
        if (entry.path.startsWith(start))
            result.append(&entry);
    }
    return result;
}

QList<const FileTree::Entry *> FileTree::childrenOf(const QString &folder) const
{
    QList<const Entry *> result = below(folder);
    const qsizetype skip = folder.isEmpty() ? 0 : folder.size() + 1;
    result.removeIf([skip](const Entry *entry) { return entry->path.indexOf(u'/', skip) >= 0; });
    return result;
}

} // namespace demo
