{{- define "spanloom.labels" -}}
app.kubernetes.io/name: spanloom
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- define "spanloom.selector" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "spanloom.meta" -}}
name: {{ .root.Release.Name }}-{{ .part }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "spanloom.labels" . | nindent 2 }}
{{- end }}

{{/* A part's address, with its namespace: it is the same from wherever it is asked. */}}
{{- define "spanloom.at" -}}
{{ .root.Release.Name }}-{{ .part }}.{{ .root.Release.Namespace }}.svc.{{ .root.Values.clusterDomain }}
{{- end }}

{{- define "spanloom.secret" -}}
{{ .Values.secret.existing | default (printf "%s-secrets" .Release.Name) }}
{{- end }}

{{- define "spanloom.image" -}}
{{ .root.Values.images.registry }}spanloom/{{ .image }}:{{ .root.Values.images.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "spanloom.postgres" -}}
{{- if .Values.postgres.bundled -}}
{{ include "spanloom.at" (dict "root" . "part" "postgres") }}
{{- else -}}
{{ required "postgres.host: say where your PostgreSQL is, or set postgres.bundled" .Values.postgres.host }}
{{- end -}}
{{- end }}

{{- define "spanloom.kafka" -}}
{{- if .Values.kafka.bundled -}}
{{ include "spanloom.at" (dict "root" . "part" "kafka") }}:9092
{{- else -}}
{{ required "kafka.bootstrap: say where your Kafka is (HOST:PORT), or set kafka.bundled" .Values.kafka.bootstrap }}
{{- end -}}
{{- end }}

{{- define "spanloom.env" -}}
{{- $p := .Values.postgres }}
- {name: DATABASE_URL, value: "postgresql://{{ $p.user }}@{{ include "spanloom.postgres" . }}:{{ $p.port }}/{{ $p.database }}"}
- {name: SPANLOOM_DATABASE_PASSWORD_FILE, value: /secrets/spanloom_password}
- {name: SPANLOOM_API_KEY_FILE, value: /secrets/api_key_hash}
- {name: KAFKA_BOOTSTRAP, value: {{ include "spanloom.kafka" . | quote }}}
- {name: SPANLOOM_REPLICATION, value: {{ .Values.kafka.replication | quote }}}
- {name: SPANLOOM_ALLOWED_HOSTS, value: {{ .Values.allowedHosts | quote }}}
- {name: SPANLOOM_LLM_HOSTS, value: {{ .Values.llm.hosts | quote }}}
- {name: SPANLOOM_LLM_KEYS, value: {{ .Values.llm.keys | quote }}}
{{- if .Values.data.existingClaim }}
- {name: SPANLOOM_DATA, value: /data}
{{- end }}
{{- if .Values.hub.existingSecret }}
- {name: HF_TOKEN, valueFrom: {secretKeyRef: {name: {{ .Values.hub.existingSecret }}, key: token}}}
{{- end }}
{{- range $name, $value := .Values.settings }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

{{- define "spanloom.locked" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "spanloom.user" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* The pod of one of our images. Of .spec: part, image, port, env, grace, models, cache, shm, data, resources, place. */}}
{{- define "spanloom.pod" -}}
{{- $root := .root }}{{ $s := .spec }}
automountServiceAccountToken: false
terminationGracePeriodSeconds: {{ $s.grace | default 40 }}
{{- with $root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - {name: {{ . }}}
  {{- end }}
{{- end }}
{{- with $s.nodeSelector }}
nodeSelector: {{ toJson . }}
{{- end }}
{{- with $s.tolerations }}
tolerations: {{ toJson . }}
{{- end }}
securityContext:
  {{- include "spanloom.user" 10001 | nindent 2 }}
containers:
  - name: {{ $s.part }}
    image: {{ include "spanloom.image" (dict "root" $root "image" $s.image) }}
    imagePullPolicy: {{ $root.Values.images.pullPolicy }}
    {{- with $s.command }}
    command: {{ toJson . }}
    {{- end }}
    {{- if $s.port }}
    ports: [{name: http, containerPort: {{ $s.port }}}]
    {{- end }}
    env:
      {{- include "spanloom.env" $root | nindent 6 }}
      {{- range $name, $value := $s.env }}
      - {name: {{ $name }}, value: {{ $value | quote }}}
      {{- end }}
    securityContext:
      {{- include "spanloom.locked" . | nindent 6 }}
    {{- if $s.port }}
    startupProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 5, failureThreshold: 60}
    livenessProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 10, failureThreshold: 6}
    readinessProbe: {httpGet: {path: /readyz, port: http}, periodSeconds: 5, timeoutSeconds: 5}
    {{- end }}
    resources: {{ toJson $s.resources }}
    volumeMounts:
      - {name: secrets, mountPath: /secrets, readOnly: true}
      - {name: tmp, mountPath: /tmp}
      - {name: home, mountPath: /var/lib/spanloom}
      {{- if $s.cache }}
      - {name: cache, mountPath: /cache}
      {{- end }}
      {{- if $s.shm }}
      - {name: shm, mountPath: /dev/shm}
      {{- end }}
      {{- if $s.models }}
      - {name: models, mountPath: /models}
      {{- end }}
      {{- if and $s.data $root.Values.data.existingClaim }}
      - {name: data, mountPath: /data, readOnly: true}
      {{- end }}
      {{- if and $s.data $root.Values.llm.keysSecret }}
      - {name: keys, mountPath: /keys, readOnly: true}
      {{- end }}
volumes:
  - {name: secrets, secret: {secretName: {{ include "spanloom.secret" $root }}, defaultMode: 288, items: [{key: spanloom_password, path: spanloom_password}, {key: api_key_hash, path: api_key_hash}]}}
  - {name: tmp, emptyDir: {}}
  - {name: home, emptyDir: {}}
  {{- if $s.cache }}
  - {name: cache, emptyDir: {}}
  {{- end }}
  {{- if $s.shm }}
  - {name: shm, emptyDir: {medium: Memory, sizeLimit: 8Gi}}
  {{- end }}
  {{- if $s.models }}
  - {name: models, persistentVolumeClaim: {claimName: {{ $root.Values.models.existingClaim | default (printf "%s-models" $root.Release.Name) }}}}
  {{- end }}
  {{- if and $s.data $root.Values.data.existingClaim }}
  - {name: data, persistentVolumeClaim: {claimName: {{ $root.Values.data.existingClaim }}, readOnly: true}}
  {{- end }}
  {{- if and $s.data $root.Values.llm.keysSecret }}
  - {name: keys, secret: {secretName: {{ $root.Values.llm.keysSecret }}, defaultMode: 288}}
  {{- end }}
{{- end }}
