#pragma once

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>
#include <memory>
#include <unistd.h>

#include "cache/layout.h"
#include "cache/sidecar.h"

// Values and small files that the tests of this folder share.
namespace cachetest {

inline core::RepoId repo(const char *id = "owner/name", core::RepoType type = core::RepoType::Model)
{
    return core::RepoId::make(type, QString::fromLatin1(id)).value();
}

inline core::ContentId sha256Id(char digit = 'a')
{
    return core::ContentId::make(QString(64, QLatin1Char(digit))).value();
}

inline QString commit(char digit = 'c')
{
    return QString(40, QLatin1Char(digit));
}

inline cache::PartialIdentity identity(qint64 size, const core::ContentId &id = sha256Id())
{
    return {repo(),   QStringLiteral("https://huggingface.co"),
            commit(), QStringLiteral("a/b.bin"),
            id,       size};
}

inline QByteArray randomBytes(qint64 size, quint32 seed)
{
    QRandomGenerator random(seed);
    QList<quint32> words(size / 4 + 1);
    random.fillRange(words.data(), words.size());
    QByteArray bytes(size, Qt::Uninitialized);
    std::memcpy(bytes.data(), words.constData(), static_cast<size_t>(size));
    return bytes;
}

inline QByteArray readFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline bool writeFile(const QString &path, const QByteArray &bytes)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    return file.open(QIODevice::WriteOnly | QIODevice::Truncate)
        && file.write(bytes) == bytes.size() && file.flush();
}

inline QStringList namesIn(const QString &folder)
{
    return QDir(folder).entryList(QDir::AllEntries | QDir::System | QDir::Hidden
                                  | QDir::NoDotAndDotDot);
}

inline QString errorOf(const core::Error &error)
{
    return core::kindName(error.kind) + QStringLiteral(": ") + error.detail;
}

// A real small file system. Not mounted where we may not.
class SmallDisk {
public:
    // Only a disk keeps room for a file; memory is given as it is written. The disk says at once
    // that it is full, and not after it has sorted out what it was told to write.
    enum class Kind { Memory, Disk };
    explicit SmallDisk(const QString &size, Kind kind = Kind::Memory)
    {
        const QString script = kind == Kind::Memory
            ? QStringLiteral("mount -t tmpfs -o size=$1 tmpfs \"$2\"")
            : QStringLiteral("truncate -s $1 \"$3\" && mkfs.ext4 -q -m 0 -O ^has_journal \"$3\" && "
                             "mount -o loop,nodelalloc \"$3\" \"$2\"");
        m_mounted = QProcess::execute(QStringLiteral("sh"),
                                      {QStringLiteral("-c"), script, QStringLiteral("sh"), size,
                                       m_folder.path(), m_image.filePath(QStringLiteral("image"))})
            == 0;
    }
    ~SmallDisk()
    {
        if (m_mounted)
            QProcess::execute(QStringLiteral("umount"), {m_folder.path()});
    }
    Q_DISABLE_COPY_MOVE(SmallDisk)

    bool isMounted() const { return m_mounted; }
    QString path() const { return m_folder.path(); }

private:
    QTemporaryDir m_image;
    QTemporaryDir m_folder;
    bool m_mounted = false;
};

// A cache with one repo, put together by hand.
class CacheTest : public QObject {
protected:
    void beginAnew()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_root = m_folder->filePath(QStringLiteral("hub"));
    }
    void blob(char id, qint64 size)
    {
        QVERIFY(writeFile(layout().blob(m_repo, sha256Id(id)), QByteArray(size, id)));
    }
    void link(char commitDigit, const QString &path, char id)
    {
        const QString entry = layout().entry(m_repo, commit(commitDigit), path);
        QVERIFY(QDir().mkpath(QFileInfo(entry).path()));
        const QString target = layout().linkTarget(path, sha256Id(id));
        QCOMPARE(::symlink(qPrintable(target), qPrintable(entry)), 0);
    }
    void ref(const QString &name, const QByteArray &text)
    {
        QVERIFY(writeFile(layout().ref(m_repo, name), text));
    }
    cache::Layout layout() const { return cache::Layout(m_root); }

    const core::RepoId m_repo = repo();
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_root;
};

} // namespace cachetest

#define VERIFY_RESULT(result)                                                                      \
    do {                                                                                           \
        const auto &verified = (result);                                                           \
        QVERIFY2(verified.has_value(),                                                             \
                 verified ? "" : qPrintable(cachetest::errorOf(verified.error())));                \
    } while (false)
