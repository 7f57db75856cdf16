"""`DataPoints` on an Analytics Engine dataset; an account that has none writes none."""

from typing import Any

from edge.data_points import DataPoint


class EnginePoints:
    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset

    def write(self, point: DataPoint) -> None:
        if self._dataset is not None:
            self._dataset.writeDataPoint(
                {
                    "indexes": [point.index],
                    "blobs": list(point.blobs),
                    "doubles": list(point.doubles),
                }
            )
