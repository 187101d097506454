#pragma once

#include <QHash>
#include <QtGlobal>

#include <chrono>
#include <optional>

namespace transfer {

// How fast each connection of one file is, and which of them lags. Owner: Filler. Pure: a
// connection is any address that stands for it, times are given in, from any steady clock.
class Paces {
public:
    using Time = std::chrono::milliseconds;
    using Connection = const void *;

    void asked(Connection one, Time now);
    Time begun(Connection one, Time now); // its answer is here; how long that took
    void note(Connection one, qint64 received, Time now); // in all; called often
    void ended(Connection one);

    int serving() const; // connections that have begun
    // For so many bytes, at the pace of the last second; nothing: not known yet.
    std::optional<double> secondsFor(Connection one, qint64 bytes) const;
    // It needs long for so little, at a pace far behind the best that was seen of a connection.
    bool isCrawling(Connection one, qint64 rest, Time now) const;

private:
    struct Course {
        Time asked{0};
        std::optional<Time> begun = {};
        Time now{0};
        qint64 received = 0;
        Time markedAt{0};
        qint64 marked = 0; // received by then
        std::optional<double> lately = {}; // bytes a second
    };
    static std::optional<double> pace(const Course &course);

    QHash<Connection, Course> m_courses;
    double m_best = 0; // bytes a second of one that has ended
};

} // namespace transfer
