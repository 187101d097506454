#pragma once

#include <optional>

#include "demo/answers.h"
#include "demo/site.h"

namespace demo {

QString readerName(); // the user that tokens which only read speak for

// Who asks: nobody, the holder of a good token, or somebody with a bad one. And the Hub's rules
// about what each of them is told. Value type.
class Visitor {
public:
    Visitor(const Site &site, const Request &request);

    bool isAnonymous() const { return m_kind == Kind::Anonymous; }
    bool isInvalid() const { return m_kind == Kind::Invalid; }
    const QString &token() const { return m_token; }
    const QString &user() const { return m_user; } // empty for the anonymous and the bad
    bool isWriter() const { return m_isWriter; }
    bool mayRead(const RepoIndex &repo) const; // the files

    // Why the repo (null: there is none) is not shown at all; nullopt: it is.
    std::optional<Response> refusal(const RepoIndex *repo, Surface surface) const;
    // Why its files are not served; nullopt: they are. For a repo without refusal().
    std::optional<Response> gate(const RepoIndex &repo, Surface surface) const;
    // Why the visitor may not write; nullopt: they may, wherever there is no refusal().
    std::optional<Response> writeRefusal() const;
    // The same for what any known user may do, such as opening a pull request.
    std::optional<Response> unknownRefusal() const;

private:
    enum class Kind { Anonymous, Known, Invalid };
    Kind m_kind = Kind::Anonymous;
    QString m_token; // of a known visitor
    QString m_user;
    bool m_isWriter = false;
    QString m_endpoint;
};

} // namespace demo
