#include "cli/interrupt.h"

#include <QSocketNotifier>
#include <QtGlobal>

#ifdef Q_OS_UNIX
#include <csignal>
#include <fcntl.h>
#include <unistd.h>
#endif

namespace cli {

#ifdef Q_OS_UNIX

namespace {

// A signal handler can reach nothing but statics; only this file writes to it.
volatile sig_atomic_t wakeFd = -1;

extern "C" void onSignal(int)
{
    const char byte = 1;
    const int fd = wakeFd;
    if (fd >= 0 && write(fd, &byte, 1) < 0)
        _exit(7); // nobody would ever hear of it
}

} // namespace

struct Interrupt::Private {
    int fds[2] = {-1, -1};
    std::unique_ptr<QSocketNotifier> notifier;
};

Interrupt::Interrupt(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>())
{
    if (pipe2(d->fds, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    wakeFd = d->fds[1];
    d->notifier = std::make_unique<QSocketNotifier>(d->fds[0], QSocketNotifier::Read);
    connect(d->notifier.get(), &QSocketNotifier::activated, this, [this] {
        d->notifier->setEnabled(false);
        Q_EMIT interrupted();
    });
    struct sigaction action = {};
    action.sa_handler = onSignal;
    action.sa_flags = static_cast<int>(SA_RESETHAND); // the second one ends us at once
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    struct sigaction old = {};
    if (sigaction(SIGHUP, nullptr, &old) == 0 && old.sa_handler != SIG_IGN) // not under nohup
        sigaction(SIGHUP, &action, nullptr); // the terminal was closed
}

Interrupt::~Interrupt()
{
    wakeFd = -1;
    for (const int fd : d->fds) {
        if (fd >= 0)
            close(fd);
    }
}

#else

struct Interrupt::Private { };

Interrupt::Interrupt(QObject *parent)
    : QObject(parent)
{
}

Interrupt::~Interrupt() = default;

#endif

} // namespace cli
