#pragma once

#include <optional>

#include "demo/site.h"
#include "demo/target.h"

namespace demo {

// An API address below /api/{type}s/: which repo, what about it, and what follows.
struct Place {
    core::RepoType type = core::RepoType::Model;
    QString id;
    QString action; // empty: the repo itself
    qsizetype idSegments = 0;
    qsizetype rest = 0; // index of the first segment after the action
};

std::optional<Place> placeOf(const Site &site, const Target &target);
// The address of the same thing under the repo's new name.
QByteArray renamed(const Site &site, const Place &place, const Target &target,
                   const QString &newName);

// "models" → Model; nullopt for other words.
std::optional<core::RepoType> typeOfPlural(QStringView plural);
std::optional<core::RepoType> typeOfName(QStringView name); // "model"

} // namespace demo
