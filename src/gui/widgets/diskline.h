#pragma once

#include <QWidget>

namespace gui {

// The disk as a bar: what is used, what a download would add, what stays free. The words beside it
// say the same; this is only the picture. Owner: its dialog. GUI thread.
class DiskLine : public QWidget {
    Q_OBJECT
public:
    explicit DiskLine(QWidget *parent = nullptr);

    // Bytes; total below 1 draws an empty bar.
    void setDisk(qint64 total, qint64 freeBytes, qint64 wanted);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    qint64 m_total = 0;
    qint64 m_free = 0;
    qint64 m_wanted = 0;
};

} // namespace gui
