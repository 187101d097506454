#pragma once

#include <QSpinBox>

#include "core/speedlimit.h"

namespace gui {

// A field for a speed that reads as people write it: "2 MB/s", "800 KB", "1,5M". Its number is in
// kilobytes a second. GUI thread.
class RateBox : public QSpinBox {
    Q_OBJECT
public:
    explicit RateBox(QWidget *parent = nullptr);

    qint64 bytesPerSecond() const;
    void setBytesPerSecond(qint64 speed);

    void stepBy(int steps) override; // 1, 2, 5, 10, …

protected:
    QString textFromValue(int value) const override;
    int valueFromText(const QString &text) const override;
    QValidator::State validate(QString &text, int &position) const override;
};

} // namespace gui
