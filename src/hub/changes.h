#pragma once

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

#include "core/ids.h"
#include "hub/types.h"

namespace hub {

// What the Hub is asked to change (hub-api.md 8). Plain values; unset fields are not sent.

enum class Visibility { Public, Private, Protected }; // Protected: spaces only

struct NewRepo {
    core::RepoId repo;
    std::optional<Visibility> visibility; // unset: as the namespace has it
    QString sdk; // spaces: "gradio", "docker", "static"
    QString license;
    enum class Existing { Refuse, Accept }; // Accept: one that is there already will do
    Existing existing = Existing::Refuse;
};

struct RepoSettings {
    std::optional<Visibility> visibility;
    std::optional<GatedMode> gated;
    std::optional<bool> discussionsDisabled;
};

// A regular file of a commit, a few MB at most; larger ones go another way (preupload says which).
struct NewFile {
    QString path;
    QByteArray content;
};

struct NewCommit {
    QString summary; // not empty
    QString description;
    QString parentCommit; // 40 hex: refused when the branch has moved on; empty: on top of it
    QList<NewFile> files;
    QStringList deletedFiles;
    QStringList deletedFolders; // without a slash at the end
    enum class As { Commit, PullRequest };
    As as = As::Commit;
};

// A file the Hub is asked about before it is uploaded.
struct FileSample {
    QString path;
    qint64 size = 0;
    QByteArray start; // its first 512 bytes
};

} // namespace hub
