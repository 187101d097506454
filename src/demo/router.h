#pragma once

#include <chrono>

#include "demo/ratewindow.h"
#include "demo/routes.h"

namespace demo {

// Finds the route of a request. Owned by DemoHub, used on its thread only.
class Router {
public:
    explicit Router(Site &site);

    // nullopt: there is something left of the quota. Counts the request; once per request.
    std::optional<Response> admit(const Request &request, std::chrono::seconds now);
    Answer answer(const Request &request);
    // Headers that every answer of the Hub origin carries.
    void finish(const Request &request, std::chrono::seconds now, Response &response);

private:
    Answer hubAnswer(const Call &call) const;

    Site &m_site;
    RateWindow m_windows;
};

} // namespace demo
