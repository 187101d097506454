#pragma once

#include <QJsonObject>
#include <QList>
#include <QProcess>
#include <QProcessEnvironment>
#include <QTemporaryDir>

#include "cache/layout.h"
#include "support/faultyhub.h"

// How a run of the program ended and what it said.
struct Run {
    bool ended = false; // in time, and not by a crash or an unexpected signal
    int exit = -1;
    QByteArray out;
    QByteArray err;
    qint64 milliseconds = 0;

    // Every line of standard output; empty when one of them is no event.
    QList<QJsonObject> events() const;
    QList<QJsonObject> events(const QString &name) const;
    QJsonObject end() const;
    QStringList errorLines() const;
    QByteArray both() const { return out + err; }
};

// The real program against a test Hub, in a world of its own: its own home, no display, no session
// bus, nothing of the environment of whoever runs the test.
class Program {
public:
    Program();

    support::FaultyHub &hub() { return *m_hub; }
    void useHub(const demo::DemoOptions &options); // another one, e.g. with a path prefix
    QString cache() const { return m_folder.filePath(QStringLiteral("hub")); }
    QString folder() const { return m_folder.path(); }
    QProcessEnvironment environment;

    // "get" and these arguments.
    Run get(const QStringList &arguments, int seconds = 60);
    Run getJson(const QStringList &arguments, int seconds = 60);
    Run run(const QStringList &arguments, int seconds = 60);
    std::unique_ptr<QProcess> begin(const QStringList &arguments) const;
    static Run finish(QProcess *process, int seconds = 60);

    cache::Layout layout() const { return cache::Layout(cache()); }
    QString entry(const demo::Repo &repo, const QString &path) const;
    bool isRight(const demo::Repo &repo, const demo::File &file) const; // byte for byte
    bool allRight(const demo::Repo &repo) const;
    QStringList leftovers(const demo::Repo &repo) const; // names in blobs that are no blob

private:
    QTemporaryDir m_folder;
    std::unique_ptr<support::FaultyHub> m_hub;
};
