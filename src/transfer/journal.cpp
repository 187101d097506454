#include "transfer/journal.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

#include "core/atomicfile.h"
#include "hub/endpoint.h"
#include "hub/jsonfields.h"

using namespace Qt::StringLiterals;

namespace transfer {

namespace {

constexpr int formatVersion = 1;
constexpr qint64 largestRequest = 512LL * 1024 * 1024;
constexpr qint64 largestIntent = 64 * 1024;
constexpr int largestOrder = 1 << 30; // either way; there is room for more beyond it

QString requestFile(const QString &folder, const DownloadId &id)
{
    return folder + u'/' + id.toString(QUuid::WithoutBraces) + ".json"_L1;
}

QString intentFile(const QString &folder, const DownloadId &id)
{
    return folder + u'/' + id.toString(QUuid::WithoutBraces) + ".state.json"_L1;
}

QJsonObject toJson(const hub::TreeEntry &entry)
{
    QJsonObject object{{u"path"_s, entry.path}, {u"size"_s, entry.size}, {u"oid"_s, entry.oid}};
    if (entry.lfs)
        object.insert(u"sha256"_s, entry.sha256);
    if (!entry.xetHash.isEmpty())
        object.insert(u"xet"_s, entry.xetHash);
    return object;
}

// Hashes become names of files. One that is not known is empty or not there; nothing for any other
// text, since a file whose hash is taken for unknown would not be checked.
std::optional<QString> hashFromJson(const QJsonValue &value, int digits)
{
    const QString hash = hub::hashOf(value, digits);
    const bool isUnknown = value.isUndefined() || (value.isString() && value.toString().isEmpty());
    return hash.isEmpty() && !isUnknown ? std::nullopt : std::optional(hash);
}

// Files on disk may have been edited: everything is checked as if it came from the net.
std::optional<hub::TreeEntry> entryFromJson(const QJsonObject &object)
{
    const auto path = core::checkFilePath(object.value("path"_L1).toString());
    const auto size = hub::countOf(object.value("size"_L1));
    const auto oid = hashFromJson(object.value("oid"_L1), 40);
    const auto sha256 = hashFromJson(object.value("sha256"_L1), 64);
    const auto xetHash = hashFromJson(object.value("xet"_L1), 64);
    if (!path || !size || !oid || !sha256 || !xetHash)
        return {};
    hub::TreeEntry entry;
    entry.path = *path;
    entry.size = *size;
    entry.oid = *oid;
    entry.lfs = object.contains("sha256"_L1);
    entry.sha256 = *sha256;
    entry.xetHash = *xetHash;
    return entry;
}

QJsonObject toJson(const DownloadRequest &request)
{
    QSet<QString> chosen;
    for (const hub::TreeEntry &entry : request.chosen)
        chosen.insert(entry.path);
    QJsonArray files;
    const auto add = [&](const hub::TreeEntry &entry) {
        QJsonObject object = toJson(entry);
        if (chosen.remove(entry.path))
            object.insert(u"chosen"_s, true);
        if (request.urgent.contains(entry.path))
            object.insert(u"priority"_s, u"high"_s);
        files.append(object);
    };
    for (const hub::TreeEntry &entry : request.listing)
        add(entry);
    for (const hub::TreeEntry &entry : request.chosen) {
        if (chosen.contains(entry.path)) // there is no listing
            add(entry);
    }
    return {{u"v"_s, formatVersion},
            {u"type"_s, core::typeName(request.repo.type())},
            {u"repo"_s, request.repo.id()},
            {u"endpoint"_s, request.endpoint},
            {u"revision"_s, request.revision},
            {u"commit"_s, request.commit},
            {u"listed"_s, !request.listing.isEmpty()},
            {u"left_out"_s, request.leftOut},
            {u"place"_s,
             QJsonObject{
                 {u"id"_s, request.place.id},
                 {u"kind"_s,
                  request.place.kind == cache::Location::Kind::HubCache ? u"cache"_s : u"folder"_s},
                 {u"path"_s, request.place.path},
                 {u"links"_s, request.place.links}}},
            {u"files"_s, files}};
}

std::optional<core::RepoType> typeFromName(const QString &name)
{
    for (const auto type :
         {core::RepoType::Model, core::RepoType::Dataset, core::RepoType::Space}) {
        if (core::typeName(type) == name)
            return type;
    }
    return {};
}

std::optional<DownloadRequest> requestFromJson(const QJsonObject &object)
{
    const auto type = typeFromName(object.value("type"_L1).toString());
    if (object.value("v"_L1).toInt() != formatVersion || !type)
        return {};
    const auto repo = core::RepoId::make(*type, object.value("repo"_L1).toString());
    const auto revision = core::checkRevision(object.value("revision"_L1).toString());
    const QString commit = object.value("commit"_L1).toString();
    const QJsonObject place = object.value("place"_L1).toObject();
    const QJsonValue recorded = object.value("endpoint"_L1);
    const auto endpoint = recorded.isUndefined() ? core::Result<hub::Endpoint>(hub::Endpoint())
                                                 : hub::Endpoint::make(recorded.toString());
    if (!repo || !revision || !endpoint || !core::isCommitId(commit)
        || !QDir::isAbsolutePath(place.value("path"_L1).toString()))
        return {};
    DownloadRequest request;
    request.repo = *repo;
    request.endpoint = endpoint->text();
    request.revision = *revision;
    request.commit = commit;
    request.place.id = place.value("id"_L1).toString();
    request.place.kind = place.value("kind"_L1).toString() == "folder"_L1
        ? cache::Location::Kind::PlainFolder
        : cache::Location::Kind::HubCache;
    request.place.path = place.value("path"_L1).toString();
    request.place.links = place.value("links"_L1).toBool(true);
    request.leftOut = std::max(0, object.value("left_out"_L1).toInt());
    const bool listed = object.value("listed"_L1).toBool();
    const QJsonArray files = object.value("files"_L1).toArray();
    for (const QJsonValue &value : files) {
        const auto entry = entryFromJson(value.toObject());
        if (!entry)
            return {};
        if (value.toObject().value("chosen"_L1).toBool())
            request.chosen.append(*entry);
        if (value.toObject().value("priority"_L1).toString() == "high"_L1)
            request.urgent.insert(entry->path);
        if (listed)
            request.listing.append(*entry);
    }
    if (request.chosen.isEmpty())
        return {};
    return request;
}

QString wantedName(Intent::Wanted wanted)
{
    switch (wanted) {
    case Intent::Wanted::Run:
        return u"run"_s;
    case Intent::Wanted::Pause:
        return u"pause"_s;
    case Intent::Wanted::Cancelled:
        return u"cancelled"_s;
    case Intent::Wanted::Done:
        return u"done"_s;
    }
    return {};
}

QJsonObject toJson(const Intent &intent)
{
    return {{u"v"_s, formatVersion},
            {u"wanted"_s, wantedName(intent.wanted)},
            {u"order"_s, intent.order},
            {u"added"_s, intent.added.toString(Qt::ISODateWithMs)},
            {u"finished"_s, intent.finished.toString(Qt::ISODateWithMs)},
            {u"checked"_s, intent.checked},
            {u"begun"_s, intent.begun},
            {u"limit"_s, core::speedLimitText(intent.limit)}};
}

// A lost or damaged intent must not lose the download: it is Paused until a person says more.
Intent intentFromJson(const QJsonObject &object)
{
    Intent intent;
    intent.wanted = Intent::Wanted::Pause;
    const QString wanted = object.value("wanted"_L1).toString();
    for (const auto one : {Intent::Wanted::Run, Intent::Wanted::Pause, Intent::Wanted::Cancelled,
                           Intent::Wanted::Done}) {
        if (wantedName(one) == wanted)
            intent.wanted = one;
    }
    intent.order = std::clamp(object.value("order"_L1).toInt(), -largestOrder, largestOrder);
    intent.added = QDateTime::fromString(object.value("added"_L1).toString(), Qt::ISODateWithMs);
    intent.finished =
        QDateTime::fromString(object.value("finished"_L1).toString(), Qt::ISODateWithMs);
    intent.checked = object.value("checked"_L1).toBool();
    intent.begun = object.value("begun"_L1).toBool();
    intent.limit =
        core::parseSpeedLimit(object.value("limit"_L1).toString()).value_or(core::SpeedLimit());
    return intent;
}

QByteArray bytes(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

} // namespace

Journal::Journal(const QString &folder)
    : m_folder(folder)
{
}

Journal::Loaded Journal::load() const
{
    Loaded loaded;
    const QStringList names =
        QDir(m_folder).entryList({u"*.json"_s}, QDir::Files | QDir::NoSymLinks, QDir::Name);
    for (const QString &name : names) {
        if (name.endsWith(".state.json"_L1))
            continue;
        const QString path = m_folder + u'/' + name;
        const DownloadId id = QUuid::fromString(name.chopped(5));
        const auto data = core::loadFile(path, largestRequest);
        const bool isOurName = !id.isNull() && path == requestFile(m_folder, id);
        const auto request = data && isOurName
            ? requestFromJson(QJsonDocument::fromJson(*data).object())
            : std::nullopt;
        if (!request) {
            const QString aside = path + ".broken"_L1;
            QFile::remove(aside);
            QFile::rename(path, aside);
            loaded.problems.append(aside);
            continue;
        }
        const auto state = core::loadFile(intentFile(m_folder, id), largestIntent);
        const Intent intent =
            intentFromJson(QJsonDocument::fromJson(state.value_or(QByteArray())).object());
        loaded.entries.append({id, *request, intent});
    }
    std::stable_sort(loaded.entries.begin(), loaded.entries.end(),
                     [](const JournalEntry &a, const JournalEntry &b) {
                         return a.intent.order < b.intent.order;
                     });
    return loaded;
}

core::Result<void> Journal::saveRequest(const JournalEntry &entry) const
{
    if (!QDir().mkpath(m_folder))
        return core::fail(core::ErrorKind::FileIo, m_folder);
    if (auto saved = saveIntent(entry.id, entry.intent); !saved)
        return saved;
    return core::saveFile(requestFile(m_folder, entry.id), bytes(toJson(entry.request)));
}

core::Result<void> Journal::saveIntent(const DownloadId &id, const Intent &intent) const
{
    return core::saveFile(intentFile(m_folder, id), bytes(toJson(intent)));
}

// The request goes first: an intent alone is nothing.
void Journal::remove(const DownloadId &id) const
{
    QFile::remove(requestFile(m_folder, id));
    QFile::remove(intentFile(m_folder, id));
}

} // namespace transfer
