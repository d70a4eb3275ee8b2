"""The scripted smarthost of tests/smarthost, and what it received."""

import os
import signal
import subprocess
from pathlib import Path

from house import wait_until
from judge import Arrival
