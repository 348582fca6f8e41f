"""What happens to the parts: one after another is killed or frozen, at random but from a seed."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field

from tools.tests.chaos.parts import Part

FROZEN = (1.0, 8.0)  # seconds
AWAY = (0.0, 3.0)  # seconds until a killed part is started again


@dataclass
class Trouble:
    parts: list[Part]
    rng: random.Random
    count: Counter[str] = field(default_factory=Counter)

    def make(self, times: int, seconds: float) -> None:
        """`times` kills and freezes, spread over about so many seconds."""
        ends = time.monotonic() + seconds
        for left in range(times, 0, -1):
            began = time.monotonic()
            self.once(self.rng.choice(self.parts))
            rest = max(0.0, ends - time.monotonic()) / left
            time.sleep(max(0.0, rest - (time.monotonic() - began)))

    def once(self, part: Part) -> None:
        if self.rng.random() < 0.5:
            self.freeze(part)
        elif self.rng.random() < 0.3 and len(part.family()) > 1:
            self.kill_a_child(part)
        else:
            self.kill(part)

    def freeze(self, part: Part) -> None:
        self.count[f"{part.name} frozen"] += 1
        part.freeze()
        time.sleep(self.rng.uniform(*FROZEN))
        part.thaw()

    def kill_a_child(self, part: Part) -> None:
        """Of a part with several processes one dies, and the part itself has to notice."""
        self.count[f"{part.name} child killed"] += 1
        children = part.family()[:-1]
        self.rng.choice(children).kill()

    def kill(self, part: Part) -> None:
        self.count[f"{part.name} killed"] += 1
        part.kill()
        time.sleep(self.rng.uniform(*AWAY))
        part.start()

    def end(self) -> None:
        """Everything runs again."""
        for part in self.parts:
            part.thaw()
            if not part.is_alive():
                part.start()
