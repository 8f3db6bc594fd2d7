/// A queue's length and its integral over time, from which metrics get the average length between two looks.
#pragma once

namespace seastar::util {

/// `Clock` is any clock with now(), `Length` a number.
template <typename Clock, typename Length>
class integrated_length {
    Length _value = 0;
    Length _integral = 0;
    typename Clock::time_point _checkpoint = Clock::now();

public:
    /// Brings the integral up to now, in length times the clock's ticks.
    void checkpoint() noexcept {
        auto now = Clock::now();
        _integral += _value * static_cast<Length>((now - _checkpoint).count());
        _checkpoint = now;
    }
    integrated_length& operator+=(Length n) noexcept {
        checkpoint();
        _value += n;
        return *this;
    }
    integrated_length& operator-=(Length n) noexcept {
        checkpoint();
        _value -= n;
        return *this;
    }
    integrated_length& operator++() noexcept { return *this += 1; }
    integrated_length& operator--() noexcept { return *this -= 1; }
    integrated_length& operator=(Length n) noexcept {
        checkpoint();
        _value = n;
        return *this;
    }
    Length value() const noexcept { return _value; }
    Length integral() const noexcept { return _integral; }
};

}
