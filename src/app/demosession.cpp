#include "app/demosession.h"

#include "demo/catalogue.h"
#include "demo/demohub.h"

namespace app {

using namespace Qt::StringLiterals;

namespace {

// Of each of sixteen connections: slow enough to watch, to pause and to resume.
constexpr qint64 bytesPerSecond = 2'000'000;
// Requests per window: the repo of 2,000 files may be fetched again and again.
constexpr int ample = 1'000'000;

} // namespace

DemoSession::DemoSession() = default;
DemoSession::~DemoSession() = default;

core::Result<std::unique_ptr<DemoSession>> DemoSession::start()
{
    demo::DemoOptions options;
    options.bytesPerSecond = bytesPerSecond;
    options.apiQuota = ample;
    options.resolverQuota = ample;
    options.hashesAhead = true;
    auto server = demo::DemoServer::start(demo::demoCatalogue(), options);
    if (!server)
        return core::Unexpected(server.error());
    std::unique_ptr<DemoSession> session(new DemoSession);
    session->m_server = std::move(*server);
    return session;
}

core::Result<session::Config> DemoSession::config(const session::Profile &profile) const
{
    const auto endpoint = hub::Endpoint::make(m_server->endpoint());
    if (!endpoint)
        return core::Unexpected(endpoint.error());
    // Nothing of the person's environment reaches the demo but what the profile lets through.
    auto config = session::resolveConfig({}, nullptr, profile);
    if (config)
        config->endpoint = *endpoint;
    return config;
}

} // namespace app
