#include "session/services.h"

using namespace Qt::StringLiterals;

namespace session {

namespace {

hub::HttpConfig httpConfig(const Config &config)
{
    hub::HttpConfig http;
    http.endpoint = config.endpoint;
    http.token = config.token;
    http.offline = config.offline;
    http.caFiles = config.caFiles;
    http.proxy = config.proxy;
    return http;
}

} // namespace

Services::Services(const Config &config, Queue queue, const transfer::Limits &limits)
    : m_config(config)
    , m_gate(std::make_unique<hub::Gate>(m_clock))
    , m_http(std::make_unique<hub::Http>(httpConfig(config)))
    , m_client(std::make_unique<hub::Client>(*m_http, *m_gate, m_clock))
{
    auto journal = queue == Queue::Kept
        ? std::make_unique<transfer::Journal>(config.stateFolder + "/queue"_L1)
        : nullptr;
    m_engine = std::make_unique<transfer::Engine>(httpConfig(config), limits, *m_gate, m_clock,
                                                  std::move(journal));
}

Services::~Services() = default;

transfer::Limits limitsFrom(const core::Settings &settings)
{
    transfer::Limits limits;
    limits.connections = settings.number(core::Setting::Connections);
    limits.connectionsPerFile = settings.number(core::Setting::ConnectionsPerFile);
    limits.filesAtOnce = settings.number(core::Setting::FilesAtOnce);
    limits.downloadsAtOnce = settings.number(core::Setting::ReposAtOnce);
    limits.speed = core::parseSpeedLimit(settings.text(core::Setting::SpeedLimit))
                       .value_or(core::SpeedLimit());
    limits.reserve = qint64(settings.number(core::Setting::ReserveMiB)) * 1024 * 1024;
    return limits;
}

} // namespace session
