#pragma once

#include "faultrun.h"

#include <QObject>

#include <memory>

namespace faults {

// A test program of named faults: tries them, several at once, each on a thread of its own, since
// most of them wait for a server or a clock. Each is one row.
class FaultMatrix : public QObject {
    Q_OBJECT
public:
    // chapter: of docs/faults.md, which has to name the same faults
    FaultMatrix(const QString &chapter, const QList<Fault> &faults);
    ~FaultMatrix() override;

    // As main() does it; with --table it prints what the chapter has to say.
    static int exec(int argc, char **argv, const QString &chapter, const QList<Fault> &faults);

private Q_SLOTS:
    void initTestCase();
    void isDocumented();
    void endsAsItShould_data();
    void endsAsItShould();
    void cleanupTestCase();

private:
    QStringList table() const;

    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace faults
