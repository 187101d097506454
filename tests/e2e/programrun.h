#pragma once

#include <QProcess>
#include <QString>
#include <QTemporaryDir>

#include <memory>

#include "support/faultyhub.h"

// The built program as a person has it, in a home and with a cache of its own.
class ProgramRun {
public:
    using Variables = QList<std::pair<QString, QString>>;

    ProgramRun(const QList<demo::Repo> &repos, const demo::DemoOptions &options = {});

    // `hubload get` of that repo; the variables are of tests/e2e/otherworld.cpp.
    std::unique_ptr<QProcess> start(const demo::Repo &repo, const Variables &otherworld = {});
    bool finish(const demo::Repo &repo); // another start, to its end; false: it failed

    QString cache() const { return m_folder.filePath(QStringLiteral("hub")); }
    QString file(const QString &name) const { return m_folder.filePath(name); }
    QString partial(const demo::Repo &repo, qsizetype file) const;
    // Bytes that sidecar and hint speak of; without the hint, those that are on stable storage.
    enum class Claims { All, Safe };
    qint64 claimed(const demo::Repo &repo, Claims claims) const;
    // What is wrong on disk; empty: nothing. Final names lead to right bytes at any time.
    QString wrongNames(const demo::Repo &repo) const;
    // What is wrong in the figures that a run told: never more than there is, all of it only at
    // the end, and from the beginning at least what the disk claimed before.
    static QString wrongFigures(const QByteArray &told, qint64 claimedBefore);
    QString notFinished(const demo::Repo &repo) const; // complete, ref and all, and nothing else

    support::FaultyHub hub;

private:
    QTemporaryDir m_folder;
};
