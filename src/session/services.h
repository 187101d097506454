#pragma once

#include <memory>

#include "core/clock.h"
#include "core/settings.h"
#include "hub/client.h"
#include "hub/gate.h"
#include "hub/http.h"
#include "session/config.h"
#include "transfer/engine.h"

namespace session {

enum class Queue { Kept, Private }; // the window's queue on disk, or one for a single command

// Owns everything without a window, in dependency order; destruction is the reverse. Build two of
// them and they do not know of each other. GUI thread.
class Services {
public:
    Services(const Config &config, Queue queue, const transfer::Limits &limits);
    ~Services();
    Q_DISABLE_COPY_MOVE(Services)

    const Config &config() const { return m_config; }
    core::Clock &clock() { return m_clock; }
    hub::Gate &gate() { return *m_gate; }
    hub::Client &client() { return *m_client; }
    transfer::Engine &engine() { return *m_engine; }

private:
    Config m_config;
    core::SystemClock m_clock;
    std::unique_ptr<hub::Gate> m_gate;
    std::unique_ptr<hub::Http> m_http;
    std::unique_ptr<hub::Client> m_client;
    std::unique_ptr<transfer::Engine> m_engine;
};

transfer::Limits limitsFrom(const core::Settings &settings);

} // namespace session
