#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QList>
#include <QString>

#include <optional>

#include "core/result.h"

namespace demo {

// One line of a commit after the header: what happens to one path.
struct Operation {
    enum class Kind { AddFile, AddObject, Copy, DeleteFile, DeleteFolder };
    Kind kind = Kind::AddFile;
    QString path; // checked; a folder without its slash at the end
    QByteArray content; // AddFile
    QString sha256; // AddObject
    std::optional<qint64> size; // AddObject, where it was said
    QString oldPath; // Copy
};

// {path, content, encoding}: a regular file, as in the lines of a commit and as a repo is made
// with.
core::Result<Operation> fileAddition(const QJsonObject &value);

// The NDJSON body of a commit, understood. Everything in it comes from strangers and is checked;
// whether it fits the repo is not known here.
struct CommitBody {
    QString title;
    QString message;
    QString parent; // 5 to 40 hex digits, or empty
    QList<Operation> operations; // at least one

    // The detail of an error is in the Hub's words.
    static core::Result<CommitBody> parse(const QByteArray &body);
};

} // namespace demo
