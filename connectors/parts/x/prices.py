"""What X charges, and a day's budget of it, in thousandths of a US dollar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from connectors import Context
from connectors.parts.x.posts import held
from monitor.config import Section
from monitor.errors import BudgetSpent, SourceRefused, SourceThrottled

Price = Annotated[int, Field(ge=0)]


class Prices(Section):
    """What X charges, in thousandths of a US dollar (https://docs.x.com/x-api/getting-started/pricing)."""

    daily_budget: Annotated[float, Field(gt=0)] = 5.0
    """US dollars a day (UTC). Before each call the most it can cost must be left of them."""
    post_price: Price = 5
    """A post that is read, in thousandths of a dollar."""
    user_price: Price = 10
    """An account that is read. Set 0 once your bill shows that accounts which come with posts are free."""
    owned_price: Price = 1
    """A post of the account that owns the application."""
    owned: bool = False
    """true = `account` owns the application: its posts cost `owned_price`."""


@dataclass(frozen=True, slots=True)
class Purse:
    """Buys answers within the day's budget.

    What X charges once a day however often it is read is counted each time: rather too much than too little.
    """

    prices: Prices
    context: Context

    def posts(self, most: int, ask: Callable[[], Any]) -> Any:
        """A page of at most `most` posts; with each may come its author and two posts that it refers to."""
        prices = self.prices
        each = prices.owned_price if prices.owned else prices.post_price

        def cost(posts: int, further: int, users: int) -> int:
            return posts * each + further * prices.post_price + users * prices.user_price

        return self._buy(cost(most, 2 * most, most), ask, lambda answer: cost(*held(answer)))

    def look_up(self, ids: int, ask: Callable[[], Any]) -> Any:
        """A look-up of that many posts, alone."""
        price = self.prices.post_price
        return self._buy(ids * price, ask, lambda answer: held(answer)[0] * price)

    def user(self, ask: Callable[[], Any]) -> Any:
        """A look-up of one account."""
        price = self.prices.user_price
        return self._buy(price, ask, lambda _: price)

    def _buy(self, most: int, ask: Callable[[], Any], cost: Callable[[Any], int]) -> Any:
        meter, today = self.context.meter, self.context.now().date()
        meter.charge(most, round(self.prices.daily_budget * 1000), today)
        try:
            answer = ask()
        except (SourceRefused, SourceThrottled, BudgetSpent):
            meter.charge(-most, None, today)  # it pays for what it hands over; of a silence one cannot know
            raise
        meter.charge(cost(answer) - most, None, today)
        return answer
