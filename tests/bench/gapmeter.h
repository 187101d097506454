#pragma once

#include <QElapsedTimer>
#include <QString>
#include <QTextStream>
#include <QTimer>

#include <algorithm>
#include <vector>

// How long the GUI thread does not answer: the gaps of a 5 ms timer on it. Milliseconds throughout.

inline constexpr int tickMs = 5;

struct Gaps {
    double longest = 0; // ms
    double p99 = 0;
    double half = 0;
};

class GapMeter {
public:
    GapMeter()
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setInterval(tickMs);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] {
            m_gaps.push_back(static_cast<double>(m_clock.nsecsElapsed()) / 1e6);
            m_clock.restart();
        });
    }

    void start()
    {
        m_gaps.clear();
        m_clock.start();
        m_timer.start();
    }

    Gaps stop(const QString &what)
    {
        m_timer.stop();
        m_gaps.push_back(static_cast<double>(m_clock.nsecsElapsed()) / 1e6);
        std::sort(m_gaps.begin(), m_gaps.end());
        const auto at = [this](double part) {
            return m_gaps[static_cast<size_t>(static_cast<double>(m_gaps.size() - 1) * part)];
        };
        const Gaps gaps{.longest = m_gaps.back(), .p99 = at(0.99), .half = at(0.5)};
        using namespace Qt::StringLiterals;
        QTextStream out(stdout);
        out.setRealNumberNotation(QTextStream::FixedNotation);
        out.setRealNumberPrecision(1);
        out << what << u": longest gap "_s << gaps.longest << u" ms, 99 % under "_s << gaps.p99
            << u" ms, half under "_s << gaps.half << u" ms, "_s
            << static_cast<qint64>(m_gaps.size()) << u" ticks"_s << Qt::endl;
        return gaps;
    }

private:
    QTimer m_timer;
    QElapsedTimer m_clock;
    std::vector<double> m_gaps;
};
