"""Working a case: who may, what they do to it, and when it is finished."""

from monitor.casework.desk import Casework as Casework
