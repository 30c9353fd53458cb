"""The State Council's notices by which years were arranged (国务院办公厅, gov.cn)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True)
class Document:
    """The number of a notice, and the day on which it was published."""

    number: str
    published: date


DOCUMENTS: Final[Mapping[int, Document]] = {
    2018: Document("国办发明电〔2017〕12号", date(2017, 11, 30)),
    2019: Document("国办发明电〔2018〕15号", date(2018, 12, 6)),
    2020: Document("国办发明电〔2019〕16号", date(2019, 11, 21)),
    2021: Document("国办发明电〔2020〕27号", date(2020, 11, 25)),
    2022: Document("国办发明电〔2021〕11号", date(2021, 10, 25)),
    2023: Document("国办发明电〔2022〕16号", date(2022, 12, 8)),
    2024: Document("国办发明电〔2023〕7号", date(2023, 10, 25)),
    2025: Document("国办发明电〔2024〕12号", date(2024, 11, 12)),
    2026: Document("国办发明电〔2025〕7号", date(2025, 11, 4)),
}
