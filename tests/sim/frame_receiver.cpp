// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/frame_receiver.h"

#include "tests/sim/secure_command.h"

namespace bgs2::sim {

asio::awaitable<ReceivedFrame> FrameReceiver::receive(Wire& wire) const {
    ReceivedFrame frame;
    auto last = Clock::now();
    auto wanted = std::size_t{2};
    while (frame.bytes.size() < wanted) {
        if (hang_up_after && frame.bytes.size() >= *hang_up_after)
            throw LineDead("hung up in the frame by a fault");
        if (stop_after && frame.bytes.size() >= *stop_after)
            co_return frame;
        const auto arrival = co_await wire.receive(last + timeout);
        if (!arrival)
            co_return frame;
        last = arrival->when;
        frame.bytes.push_back(arrival->byte);
        if (frame.bytes.size() == 2) {
            frame.announced = announced_size(frame.bytes[0], frame.bytes[1]);
            if (frame.announced >= preamble_size)
                wanted = frame.announced;
        }
    }
    if (hang_up_after && frame.bytes.size() >= *hang_up_after)
        throw LineDead("hung up in the frame by a fault");

    // A slow line requires a longer gap, which counts from stop bit to stop bit.
    const auto quiet = gap + wire.duration(4);
    while (const auto arrival = co_await wire.receive(last + quiet)) {
        last = arrival->when;
        frame.excess.push_back(arrival->byte);
    }
    co_return frame;
}

} // namespace bgs2::sim
