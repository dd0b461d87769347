# syntax=docker/dockerfile:1
# One image for both roles: `serve` (the default command) and `worker`.
# The front end's files are fetched while the wheel is built; no Node.js is needed on the host or in the result.

ARG PYTHON_VERSION=3.11

FROM python:${PYTHON_VERSION}-slim AS build
# Where PyTorch is taken from. The CPU-only index keeps gigabytes of GPU libraries out of the image;
# for the platform's default build: docker build --build-arg TORCH_INDEX= .
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /venv
ENV PATH="/venv/bin:${PATH}"
# The dependencies come first and alone, so that a change of our own code does not fetch them again.
COPY requirements.lock ./
RUN if [ -n "${TORCH_INDEX}" ]; then \
        pip install --index-url "${TORCH_INDEX}" "$(grep '^torch==' requirements.lock)"; \
    fi \
    && pip install -r requirements.lock
COPY . .
RUN pip wheel --no-deps --wheel-dir /wheels . \
    && pip install --no-deps /wheels/*.whl

FROM python:${PYTHON_VERSION}-slim
LABEL org.opencontainers.image.title="Answerable" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --create-home --shell /usr/sbin/nologin answerable \
    && install -d -o answerable -g answerable -m 0700 /data
COPY --from=build /venv /venv
ENV PATH="/venv/bin:${PATH}" \
    PYTHONUNBUFFERED=1 \
    ANSWERABLE_DATA_DIR=/data \
    HF_HOME=/data/models
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
# /health answers for the process alone, so an outside part that is down does not get the service restarted.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
ENTRYPOINT ["answerable"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
