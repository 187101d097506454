#include "demo/routes.h"

namespace demo {

using namespace Qt::StringLiterals;

namespace {

// nullopt: no value the Hub takes.
std::optional<Access> gateIn(const QJsonValue &value)
{
    if (value.isBool() && !value.toBool())
        return Access::Open;
    if (value.toString() == "auto"_L1)
        return Access::GatedAutomatic;
    return value.toString() == "manual"_L1 ? std::optional(Access::GatedManual) : std::nullopt;
}

// What "private" or "visibility" ask for. nullopt: neither is there, or it is no value for it.
std::optional<bool> privacyIn(const QJsonObject &body)
{
    if (body.value("private"_L1).isBool())
        return body.value("private"_L1).toBool();
    const QString word = body.value("visibility"_L1).toString();
    const bool isKnown = word == "private"_L1 || word == "public"_L1 || word == "protected"_L1;
    return isKnown ? std::optional(word == "private"_L1) : std::nullopt;
}

Response changeSettings(const RepoCall &call)
{
    if (const auto refusal = call.visitor.writeRefusal())
        return *refusal;
    const auto body = jsonBody(call.request);
    if (!body)
        return badJson();
    const bool saysGate = body->contains("gated"_L1);
    const bool saysPrivacy = body->contains("private"_L1) || body->contains("visibility"_L1);
    const auto gate = gateIn(body->value("gated"_L1));
    const auto isPrivate = privacyIn(*body);
    if ((saysGate && !gate) || (saysPrivacy && !isPrivate))
        return problem(Surface::Api, 400, {}, u"Invalid value for gated, private or visibility"_s);
    HubRepo &repo = call.repo();
    const bool wasPrivate = repo.about.access == Access::Private;
    if (saysGate)
        repo.publicAccess = *gate;
    repo.about.access = isPrivate.value_or(wasPrivate) ? Access::Private : repo.publicAccess;
    // Who shuts a door does not stand outside.
    if (!repo.about.allowedTokens.contains(call.visitor.token()))
        repo.about.allowedTokens.append(call.visitor.token());
    return json(*body);
}

Response notGated(Surface surface, const core::RepoId &id)
{
    return problem(surface, 400, "RepoNotGated"_ba,
                   u"%1 %2 is not gated"_s.arg(core::typeName(id.type()), id.id()));
}

Response cancelRequest(const RepoCall &call)
{
    if (const auto refusal = call.visitor.unknownRefusal())
        return *refusal;
    if (!call.head.isGated())
        return notGated(Surface::Api, call.head.repo().id);
    if (call.repo().about.pendingTokens.removeAll(call.visitor.token()) == 0) {
        return problem(Surface::Api, 404, {}, u"No access request found matching your criteria"_s);
    }
    return json(QJsonObject{{u"ok"_s, true}});
}

Response ask(const Call &call, const RepoIndex &head)
{
    const core::RepoId &id = head.repo().id;
    if (const auto refusal = call.visitor.unknownRefusal())
        return *refusal;
    if (!head.isGated())
        return notGated(Surface::Files, id);
    Repo &about = call.site.edit(id)->about;
    if (!call.visitor.mayRead(head)) {
        QStringList &list =
            about.access == Access::GatedAutomatic ? about.allowedTokens : about.pendingTokens;
        if (!list.contains(call.visitor.token()))
            list.append(call.visitor.token());
    }
    return redirect(303, call.site.options.prefix.toUtf8() + '/' + id.display().toUtf8());
}

} // namespace

std::optional<Answer> accessAnswer(const RepoCall &call)
{
    const QString &action = call.place.action;
    if (action == "settings"_L1 && call.request.verb == "PUT")
        return Answer{changeSettings(call)};
    if (action == "user-access-request"_L1 && call.request.verb == "POST"
        && call.word() == "cancel"_L1)
        return Answer{cancelRequest(call)};
    return std::nullopt;
}

std::optional<Answer> askAccessAnswer(const Call &call)
{
    QStringList segments = call.target.segments;
    if (call.request.verb != "POST" || segments.takeLast() != "ask-access"_L1 || segments.isEmpty())
        return std::nullopt;
    const auto plural = typeOfPlural(segments.constFirst());
    const bool hasPrefix = plural && *plural != core::RepoType::Model;
    const auto type = hasPrefix ? *plural : core::RepoType::Model;
    const IndexPointer head = call.site.find(type, segments.mid(hasPrefix ? 1 : 0).join(u'/'));
    if (const auto refusal = call.visitor.refusal(head.get(), Surface::Files))
        return Answer{*refusal};
    return Answer{ask(call, *head)};
}

} // namespace demo
