#pragma once

#include <QObject>

#include <memory>

namespace cli {

// Turns SIGINT and SIGTERM into a signal on this thread, so that a command can checkpoint before it
// ends. A second one kills as usual. One at a time in a process. Owner: the command.
class Interrupt : public QObject {
    Q_OBJECT
public:
    explicit Interrupt(QObject *parent = nullptr);
    ~Interrupt() override;

Q_SIGNALS:
    void interrupted();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace cli
