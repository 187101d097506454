#pragma once

#include "demo/visitor.h"

namespace demo {

double trendingScore(const Repo &repo);
QString isoTime(const QDateTime &time); // as the Hub writes times

// All that a list or an info answer can say about a repo; which keys are sent is decided by
// chosenFields().
QJsonObject describe(const RepoIndex &repo, Hashes hashes);
// Adds siblings with or without sizes.
enum class Sizes { Left, Given };
void addSiblings(QJsonObject &object, const RepoIndex &repo, Sizes sizes, Hashes hashes);
// Only the keys that expand names, with _id and id. nullopt: a name the Hub does not know.
std::optional<QJsonObject> expanded(const QJsonObject &object, const QStringList &names);

// GET /api/{type}s: search, author, filter, sort, limit, cursor, expand, full.
Response listRepos(const Site &site, const Visitor &visitor, core::RepoType type,
                   const Target &target, const QByteArray &path);

} // namespace demo
