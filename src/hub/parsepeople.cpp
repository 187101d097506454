#include "hub/jsonfields.h"
#include "hub/parse.h"

namespace hub {

using namespace Qt::StringLiterals;

namespace {

// The name of an account is the first half of the ids of its repos.
QString accountNameOf(const QJsonValue &value)
{
    const QString name = value.toString();
    const bool isName =
        !name.contains(u'/') && core::RepoId::make(core::RepoType::Model, name).has_value();
    return isName ? name : QString();
}

// Pictures that nobody chose are named by a path on the endpoint.
QString avatarOf(const QJsonValue &value)
{
    const QString text = value.toString();
    const bool isPath = text.startsWith(u'/') && !text.startsWith("//"_L1);
    return isPath && text.size() <= LongestText ? text : webAddressOf(value);
}

std::optional<core::RepoId> repoOf(const QJsonObject &object)
{
    const QString kind = object.value("type"_L1).toString();
    for (const auto type :
         {core::RepoType::Model, core::RepoType::Dataset, core::RepoType::Space}) {
        const auto repo = core::RepoId::make(type, object.value("name"_L1).toString());
        if (repo && kind == core::typeName(type))
            return *repo;
    }
    return std::nullopt; // kernels and buckets are not ours
}

} // namespace

core::Result<Account> parseAccount(const QByteArray &json)
{
    const auto object = readObject(json, u"an account"_s);
    if (!object)
        return core::Unexpected(object.error());
    Account account;
    account.name = textOf(object->value("name"_L1));
    if (account.name.isEmpty())
        return core::fail(core::ErrorKind::Protocol, u"an account without a name"_s);
    account.fullName = textOf(object->value("fullname"_L1));
    account.type = textOf(object->value("type"_L1), LongestShortText);
    account.avatarUrl = avatarOf(object->value("avatarUrl"_L1));
    account.isPro = object->value("isPro"_L1).toBool();
    for (const QJsonObject &org : objectsOf(object->value("orgs"_L1))) {
        const QString name = accountNameOf(org.value("name"_L1));
        if (!name.isEmpty() && account.orgs.size() < MostTexts)
            account.orgs.append(name);
    }
    const QJsonObject token =
        object->value("auth"_L1).toObject().value("accessToken"_L1).toObject();
    account.tokenName = textOf(token.value("displayName"_L1), LongestShortText);
    account.role = textOf(token.value("role"_L1), LongestShortText);
    account.isFineGrained =
        account.role == "fineGrained"_L1 || token.value("fineGrained"_L1).isObject();
    return account;
}

core::Result<QList<User>> parseUsers(const QByteArray &json)
{
    const auto objects = readObjects(json, u"a list of users"_s);
    if (!objects)
        return core::Unexpected(objects.error());
    QList<User> users;
    for (const QJsonObject &object : *objects) {
        User user;
        user.name = accountNameOf(object.value("user"_L1));
        if (user.name.isEmpty())
            user.name = accountNameOf(object.value("name"_L1));
        user.fullName = textOf(object.value("fullname"_L1), LongestShortText);
        user.avatarUrl = avatarOf(object.value("avatarUrl"_L1));
        user.isPro = object.value("isPro"_L1).toBool();
        if (!user.name.isEmpty())
            users.append(user);
    }
    return users;
}

core::Result<QList<LikedRepo>> parseLikes(const QByteArray &json)
{
    const auto objects = readObjects(json, u"a list of likes"_s);
    if (!objects)
        return core::Unexpected(objects.error());
    QList<LikedRepo> likes;
    for (const QJsonObject &object : *objects) {
        const auto repo = repoOf(object.value("repo"_L1).toObject());
        if (repo)
            likes.append({.repo = *repo, .likedAt = timeOf(object.value("createdAt"_L1))});
    }
    return likes;
}

} // namespace hub
