#pragma once

#include <functional>

#include "demo/place.h"
#include "demo/visitor.h"

namespace demo {

// What a route has to say. When `unknown` holds files, their ids have to be computed first (off
// this thread); the response is then of no use. After that `next` gives the response, or, when it
// is not set, the same request is to be asked again: a route that has changed something sets it.
struct Answer {
    Response response;
    QList<File> unknown = {};
    QList<File> soon = {}; // ids that the next request will want
    std::function<Response()> next = {};
};

// One request to the Hub origin, with what every route needs. Lives as long as the request is being
// answered.
struct Call {
    Site &site;
    const Visitor &visitor;
    const Request &request;
    const Target &target; // below the prefix
    const QByteArray &path; // likewise, as sent
};

// One about a repo that the visitor may see.
struct RepoCall : Call {
    const Place &place;
    const RepoIndex &head;

    HubRepo &repo() const { return *site.edit(head.repo().id); }
    // The first segment after the action: most often a revision.
    QString word() const { return target.segments.value(place.rest); }
};

} // namespace demo
