#pragma once

#include <QtGlobal>

#include <chrono>
#include <optional>

namespace transfer {

// How many connections bring one file fastest. Tries more while more bring more (a host that holds
// each connection back; a path that loses packets), goes back where they do not (a fast line, one
// that one connection fills), and asks again now and then, as lines change. Pure: times are given
// in, from any steady clock.
class Adaptation {
public:
    using Time = std::chrono::steady_clock::duration;

    Adaptation(int first, int most);

    int target() const { return m_target; }
    int most() const { return m_most; }
    void setMost(int most);

    // What has come in all, and over how many connections it comes now. Called often.
    void tell(Time now, qint64 bytes, int working);
    // From asking to the first byte: what is measured must last many times as long.
    void learnDelay(Time delay);
    double worthSharing() const; // seconds; for a rest that comes sooner, no request pays off
    // What was measured says nothing any more: held back, or no work left for more.
    void interrupt();
    // A connection broke without bringing anything: those that live are as many as are suffered.
    void limitTo(int working);

private:
    struct Measured {
        int connections = 0;
        double bytesPerSecond = 0;
    };
    enum class Phase { Settling, Measuring, Resting };
    enum class Trial { None, More, Fewer };

    bool hasFallen(Time now, qint64 bytes);
    void conclude(double bytesPerSecond, Time now);
    void go(int target, Trial trial);
    void rest(Time now);
    Time window() const;

    int m_target;
    int m_most;
    int m_suffered; // never more than these
    Phase m_phase = Phase::Settling;
    Trial m_trial = Trial::None;
    std::optional<Measured> m_known; // before the trial, or when the rest began
    std::optional<Time> m_since; // of the phase
    std::optional<Time> m_markedAt; // in a rest: of a look at the speed
    qint64 m_bytes = 0; // when measuring began, or at the mark
    Time m_delay{};
    bool m_isClimbing = true; // until the first rest
    int m_rests = 0;
    Trial m_nextTrial = Trial::Fewer;
    bool m_isLinear = false; // each connection brought its own: fewer would bring less
};

} // namespace transfer
