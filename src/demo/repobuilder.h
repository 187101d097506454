#pragma once

#include <QByteArray>
#include <QString>

#include "demo/catalogue.h"

namespace demo {

// Puts a Repo of the demo catalogue together, one call per property. Sizes of big files are given
// in MiB; their bytes follow from the repo's id and the path. Value type.
class RepoBuilder {
public:
    RepoBuilder(core::RepoType type, const QString &id);

    RepoBuilder &about(const QString &task, const QString &library, const QString &license);
    RepoBuilder &tagged(const QStringList &tags);
    RepoBuilder &counted(qint64 downloads, qint64 likes, int daysOld);
    RepoBuilder &access(Access access, const QStringList &tokens);
    RepoBuilder &formerly(const QString &oldId);
    RepoBuilder &git(const QString &path, const QByteArray &content);
    RepoBuilder &lfs(const QString &path, double mebibytes);
    RepoBuilder &copy(const QString &path, const QString &from); // a second path to one content
    RepoBuilder &card(const QByteArray &markdown); // README.md, with front matter put before it
    // config.json, tokenizer.json and their like
    RepoBuilder &transformer(const QByteArray &architecture, int hidden);

    const Repo &repo() const { return m_repo; }

private:
    QByteArray frontMatter() const;

    Repo m_repo;
};

} // namespace demo
