#include <QJsonArray>
#include <QRegularExpression>

#include "hub/jsonfields.h"
#include "hub/parse.h"

namespace hub {

using namespace Qt::StringLiterals;

namespace {

constexpr int Sha1Digits = 40;
constexpr int Sha256Digits = 64;

// …/[datasets/|spaces/]OWNER/NAME. The endpoint may have a path of its own in front.
std::optional<core::RepoId> repoOf(const QString &address)
{
    QStringList parts = QUrl(address).path().split(u'/', Qt::SkipEmptyParts);
    if (parts.size() < 2)
        return std::nullopt;
    const QString id = parts.sliced(parts.size() - 2).join(u'/');
    const QString kind = parts.value(parts.size() - 3);
    if (kind == "kernels"_L1 || kind == "buckets"_L1)
        return std::nullopt; // not ours
    const core::RepoType type = kind == "datasets"_L1 ? core::RepoType::Dataset
        : kind == "spaces"_L1                         ? core::RepoType::Space
                                                      : core::RepoType::Model;
    const auto repo = core::RepoId::make(type, id);
    return repo ? std::optional(*repo) : std::nullopt;
}

std::optional<int> discussionOf(const QString &address)
{
    static const QRegularExpression form(u"/discussions/([1-9][0-9]{0,8})/?$"_s);
    const auto match = form.match(QUrl(address).path());
    return match.hasMatch() ? std::optional(match.captured(1).toInt()) : std::nullopt;
}

std::optional<UploadMode::Mode> modeOf(const QJsonValue &value)
{
    if (value.toString() == "regular"_L1)
        return UploadMode::Mode::Regular;
    if (value.toString() == "lfs"_L1)
        return UploadMode::Mode::Lfs;
    return std::nullopt;
}

} // namespace

core::Result<CreatedRepo> parseCreated(const QByteArray &json)
{
    const auto object = readObject(json, u"the answer to a new repo"_s);
    if (!object)
        return core::Unexpected(object.error());
    CreatedRepo created;
    created.url = webAddressOf(object->value("url"_L1));
    if (created.url.isEmpty())
        return core::fail(core::ErrorKind::Protocol, u"a new repo without an address"_s);
    created.repo = repoOf(created.url);
    return created;
}

core::Result<QList<UploadMode>> parsePreupload(const QByteArray &json)
{
    const auto object = readObject(json, u"the answer before an upload"_s);
    if (!object)
        return core::Unexpected(object.error());
    if (!object->value("files"_L1).isArray())
        return core::fail(core::ErrorKind::Protocol, u"no list of files to upload"_s);
    QList<UploadMode> modes;
    for (const QJsonObject &file : objectsOf(object->value("files"_L1))) {
        const auto path = core::checkFilePath(file.value("path"_L1).toString());
        if (!path)
            continue; // none that we asked about
        UploadMode mode;
        mode.path = *path;
        mode.ignored = file.value("shouldIgnore"_L1).toBool();
        const auto wanted = modeOf(file.value("uploadMode"_L1));
        if (!wanted && !mode.ignored)
            return core::fail(core::ErrorKind::Protocol,
                              u"an unknown way to upload: “%1”"_s.arg(
                                  textOf(file.value("uploadMode"_L1), LongestShortText)));
        mode.mode = wanted.value_or(UploadMode::Mode::Regular);
        mode.oid = hashOf(file.value("oid"_L1), Sha1Digits);
        if (mode.oid.isEmpty())
            mode.oid = hashOf(file.value("oid"_L1), Sha256Digits);
        modes.append(mode);
    }
    return modes;
}

core::Result<CommitResult> parseCommitResult(const QByteArray &json)
{
    const auto object = readObject(json, u"the answer to a commit"_s);
    if (!object)
        return core::Unexpected(object.error());
    CommitResult result;
    result.commit = commitOf(object->value("commitOid"_L1));
    if (result.commit.isEmpty() || !object->value("success"_L1).toBool(true))
        return core::fail(core::ErrorKind::Protocol, u"a commit without an id"_s);
    result.url = webAddressOf(object->value("commitUrl"_L1));
    result.pullRequestUrl = webAddressOf(object->value("pullRequestUrl"_L1));
    result.pullRequest = discussionOf(result.pullRequestUrl);
    return result;
}

} // namespace hub
