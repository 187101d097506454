#pragma once

#include <memory>

#include "core/result.h"
#include "session/config.h"

namespace demo {
class DemoServer;
}

namespace app {

// Hubload playing with itself: a small Hub on loopback and a configuration that leads there, with
// its own cache and queue and no token of the person's. Owner: main.
class DemoSession {
public:
    static core::Result<std::unique_ptr<DemoSession>> start();
    ~DemoSession();
    Q_DISABLE_COPY_MOVE(DemoSession)

    core::Result<session::Config> config(const session::Profile &profile) const;

private:
    DemoSession();

    std::unique_ptr<demo::DemoServer> m_server;
};

} // namespace app
