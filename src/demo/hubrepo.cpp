#include "demo/hubrepo.h"

namespace demo {

IndexPointer HubRepo::at(const CommitPointer &commit) const
{
    if (!commit)
        return nullptr;
    Repo now = about;
    now.likes += likers.size();
    return std::make_shared<const RepoIndex>(now, databaseId, commit);
}

std::shared_ptr<Content> HubRepo::object(const QString &sha256) const
{
    if (const auto it = objects.constFind(sha256); it != objects.cend())
        return *it;
    for (const File &file : history.head()->tree->files()) {
        // Content that was never hashed is not looked at: it may be of many gigabytes.
        if (file.lfs && isKnown(file) && contentId(file) == sha256)
            return file.content;
    }
    return nullptr;
}

} // namespace demo
