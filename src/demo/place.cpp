#include "demo/place.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

bool isAction(const QString &word)
{
    static const QStringList actions{
        u"revision"_s,       u"tree"_s,      u"refs"_s,   u"commits"_s, u"paths-info"_s,
        u"auth-check"_s,     u"preupload"_s, u"commit"_s, u"branch"_s,  u"tag"_s,
        u"settings"_s,       u"like"_s,      u"likers"_s, u"scan"_s,    u"user-access-request"_s,
        u"xet-write-token"_s};
    return actions.contains(word);
}

constexpr core::RepoType allTypes[] = {core::RepoType::Model, core::RepoType::Dataset,
                                       core::RepoType::Space};

} // namespace

std::optional<Place> placeOf(const Site &site, const Target &target)
{
    const QStringList &segments = target.segments;
    const auto type = typeOfPlural(segments.value(1));
    if (!type || segments.size() < 3)
        return std::nullopt;
    const bool isJoined = segments[2].contains(u'/'); // owner%2Fname
    const bool isBare = segments.size() == 3 || isJoined
        || (isAction(segments[3]) && !isAction(segments.value(4))
            && !site.find(*type, segments[2] + u'/' + segments[3]));
    Place place;
    place.type = *type;
    place.idSegments = isBare ? 1 : 2;
    place.id = segments.mid(2, place.idSegments).join(u'/');
    const qsizetype actionAt = 2 + place.idSegments;
    place.action = segments.value(actionAt);
    place.rest = actionAt + 1;
    const bool hasUnknownAction = segments.size() > actionAt && !isAction(place.action);
    return hasUnknownAction ? std::nullopt : std::optional(place);
}

QByteArray renamed(const Site &site, const Place &place, const Target &target,
                   const QString &newName)
{
    QByteArray location = site.options.prefix.toUtf8() + "/api/"
        + core::typePlural(place.type).toLatin1() + '/' + newName.toUtf8();
    for (qsizetype i = 2 + place.idSegments; i < target.rawSegments.size(); ++i)
        location += '/' + target.rawSegments[i];
    return target.rawQuery.isEmpty() ? location : location + '?' + target.rawQuery;
}

std::optional<core::RepoType> typeOfPlural(QStringView plural)
{
    for (const auto type : allTypes) {
        if (plural == core::typePlural(type))
            return type;
    }
    return std::nullopt;
}

std::optional<core::RepoType> typeOfName(QStringView name)
{
    for (const auto type : allTypes) {
        if (name == core::typeName(type))
            return type;
    }
    return std::nullopt;
}

} // namespace demo
