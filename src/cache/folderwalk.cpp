#include "cache/folderwalk.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <vector>

namespace cache {

namespace {

using Kind = WalkedEntry::Kind;

// Deeper than any repo; a guard against folders mounted into themselves.
constexpr int maximumDepth = 256;

struct Named {
    QByteArray name;
    unsigned char type = DT_UNKNOWN;
};

unsigned char typeOf(int folder, const char *name)
{
    struct stat facts = {};
    if (::fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) != 0)
        return DT_UNKNOWN;
    return static_cast<unsigned char>(IFTODT(facts.st_mode));
}

std::optional<std::vector<Named>> read(const Descriptor &folder)
{
    // The stream takes its descriptor with it when it is closed.
    const int fd = ::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR *)> open(fd < 0 ? nullptr : ::fdopendir(fd), ::closedir);
    if (!open)
        return std::nullopt;
    std::vector<Named> names;
    errno = 0;
    while (const dirent *entry = ::readdir(open.get())) {
        if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0)
            names.push_back({entry->d_name, entry->d_type});
        errno = 0;
    }
    if (errno != 0)
        return std::nullopt;
    std::sort(names.begin(), names.end(),
              [](const Named &a, const Named &b) { return a.name < b.name; });
    return names;
}

class Walker {
public:
    explicit Walker(const Walk &walk)
        : m_walk(walk)
    {
    }

    void run(const Descriptor &folder, int depth)
    {
        const auto names = depth > maximumDepth ? std::nullopt : read(folder);
        if (!names)
            return tellUnreadable();
        for (const Named &one : *names) {
            if (m_walk.stop && m_walk.stop->load())
                return;
            const qsizetype before = m_path.size();
            if (before > 0)
                m_path += '/';
            m_path += one.name;
            go(folder, one, depth);
            m_path.truncate(before);
        }
    }

private:
    void go(const Descriptor &folder, const Named &one, int depth)
    {
        const char *name = one.name.constData();
        const unsigned char type = one.type == DT_UNKNOWN ? typeOf(folder.get(), name) : one.type;
        if (type == DT_UNKNOWN)
            return; // gone since the folder was read
        if (type != DT_DIR) {
            const Kind kind = type == DT_REG ? Kind::File
                : type == DT_LNK             ? Kind::Link
                                             : Kind::Other;
            return m_walk.visit({kind, folder.get(), name, m_path, depth});
        }
        const Descriptor below = openFolder(folder.get(), name);
        if (!below.isOpen())
            return tellUnreadable();
        run(below, depth + 1);
        if (m_walk.onLeaving)
            m_walk.onLeaving({Kind::Folder, folder.get(), name, m_path, depth});
    }

    void tellUnreadable() const
    {
        if (m_walk.onUnreadable)
            m_walk.onUnreadable(m_path);
    }

    const Walk &m_walk;
    QByteArray m_path;
};

} // namespace

bool WalkedEntry::facts(struct stat *facts) const
{
    return ::fstatat(folder, name, facts, 0) == 0;
}

QByteArray WalkedEntry::target() const
{
    constexpr qsizetype longest = 4096;
    QByteArray target(longest, Qt::Uninitialized);
    const ssize_t size = ::readlinkat(folder, name, target.data(), longest);
    target.truncate(std::max<ssize_t>(0, size));
    return target;
}

std::optional<QByteArrayList> namesIn(const Descriptor &folder)
{
    const auto found = read(folder);
    if (!found)
        return std::nullopt;
    QByteArrayList names;
    names.reserve(static_cast<qsizetype>(found->size()));
    for (const Named &one : *found)
        names += one.name;
    return names;
}

Descriptor openFolder(int base, const char *name, Links links)
{
    const int flags = links == Links::Stay ? O_NOFOLLOW : 0;
    return Descriptor(::openat(base, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags));
}

void walkFolder(const Descriptor &folder, const Walk &walk)
{
    Walker(walk).run(folder, 0);
}

} // namespace cache
