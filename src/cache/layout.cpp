#include "cache/layout.h"

#include <QDir>

#include "cache/temporary.h"

using namespace Qt::StringLiterals;

namespace cache {

namespace {

constexpr auto separator = "--"_L1;

std::optional<core::RepoType> typeFromPlural(QStringView plural)
{
    for (const auto type :
         {core::RepoType::Model, core::RepoType::Dataset, core::RepoType::Space}) {
        if (plural == core::typePlural(type))
            return type;
    }
    return std::nullopt;
}

} // namespace

Layout::Layout(const QString &root)
    : m_root(QDir::cleanPath(root))
{
}

QString Layout::repoFolderName(const core::RepoId &repo)
{
    return core::typePlural(repo.type()) + separator + QString(repo.id()).replace(u'/', separator);
}

std::optional<core::RepoId> Layout::repoFromFolderName(const QString &name)
{
    const qsizetype at = name.indexOf(separator);
    if (at < 0)
        return std::nullopt;
    const auto type = typeFromPlural(QStringView(name).left(at));
    if (!type)
        return std::nullopt;
    const QString id = name.mid(at + separator.size()).replace(separator, "/"_L1);
    const auto repo = core::RepoId::make(*type, id);
    // A name that we would spell differently ("models--a---b") is no folder of this repo.
    if (!repo || repoFolderName(*repo) != name)
        return std::nullopt;
    return *repo;
}

QString Layout::repo(const core::RepoId &repo) const
{
    return m_root + u'/' + repoFolderName(repo);
}

QString Layout::blobs(const core::RepoId &repo) const
{
    return this->repo(repo) + "/blobs"_L1;
}

QString Layout::blob(const core::RepoId &repo, const core::ContentId &id) const
{
    return blobs(repo) + u'/' + id.text;
}

QString Layout::partial(const core::RepoId &repo, const core::ContentId &id) const
{
    return blob(repo, id) + partialSuffix;
}

QString Layout::sidecar(const core::RepoId &repo, const core::ContentId &id) const
{
    return partial(repo, id) + ".json"_L1;
}

QString Layout::hint(const core::RepoId &repo, const core::ContentId &id) const
{
    return partial(repo, id) + ".written"_L1;
}

QString Layout::temporary(const core::RepoId &repo) const
{
    return blobs(repo) + u'/' + newTemporaryName();
}

QString Layout::snapshots(const core::RepoId &repo) const
{
    return this->repo(repo) + "/snapshots"_L1;
}

QString Layout::snapshot(const core::RepoId &repo, const QString &commit) const
{
    return snapshots(repo) + u'/' + commit;
}

QString Layout::entry(const core::RepoId &repo, const QString &commit, const QString &path) const
{
    return snapshot(repo, commit) + u'/' + path;
}

QString Layout::linkTarget(const QString &path, const core::ContentId &id) const
{
    // Out of the commit and out of "snapshots", then one step for each folder of the path.
    const qsizetype steps = 2 + path.count(u'/');
    return u"../"_s.repeated(steps) + "blobs/"_L1 + id.text;
}

QByteArray Layout::blobOfLink(const QByteArray &target, int depth)
{
    const QByteArray start = QByteArray("../").repeated(2 + depth) + "blobs/";
    const qsizetype length = start.size();
    return target.startsWith(start) && target.indexOf('/', length) < 0 ? target.mid(length)
                                                                       : QByteArray();
}

QString Layout::refs(const core::RepoId &repo) const
{
    return this->repo(repo) + "/refs"_L1;
}

QString Layout::ref(const core::RepoId &repo, const QString &revision) const
{
    return refs(repo) + u'/' + revision;
}

QString Layout::tree(const core::RepoId &repo, const QString &commit) const
{
    return this->repo(repo) + "/trees/"_L1 + commit + ".json"_L1;
}

QString Layout::lock(const core::RepoId &repo, const core::ContentId &id) const
{
    return m_root + "/.locks/"_L1 + repoFolderName(repo) + u'/' + id.text + ".lock"_L1;
}

QString Layout::cacheDirTag() const
{
    return m_root + "/CACHEDIR.TAG"_L1;
}

} // namespace cache
